package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.bits;

import java.util.HashMap;
import java.util.Map;
import pagefold.arm64.walk.SparseMemory;
import pagefold.spi.Capture;
import pagefold.table.Walk;

/** A machine made register by register and word by word, asked by address-translation instructions. */
final class TranslatingMachine {
    private static final long ADDRESS = bits(55, 12);

    private final Map<String, Long> registers = new HashMap<>();
    private SparseMemory memory = new SparseMemory();
    private String cpu = "max";

    TranslatingMachine() {
        register("MAIR_EL1", 0xff);
    }

    TranslatingMachine cpu(String name) {
        cpu = name;
        return this;
    }

    TranslatingMachine register(String name, long value) {
        registers.put(name, value);
        return this;
    }

    /** TCR_EL1 with the upper range off: T0SZ, TG0, IPS, and bits of its own. */
    TranslatingMachine tcr(int size, int granule, int outputCode, long... more) {
        long value = size | (long) granule << 14 | (long) outputCode << 32 | 1L << 23;
        for (long bit : more) {
            value |= bit;
        }
        return register("TCR_EL1", value);
    }

    TranslatingMachine ttbr0(long value) {
        return register("TTBR0_EL1", value);
    }

    /** Stage 2 of 4K pages: T0SZ, SL0, PS and the base; EL1 is in AArch64. */
    TranslatingMachine stage2(int size, int start, int outputCode, long base) {
        return register("HCR_EL2", 0x8000_0001L)
                .register("VTCR_EL2", size | (long) start << 6 | (long) outputCode << 16)
                .register("VTTBR_EL2", base);
    }

    TranslatingMachine store(long address, long word) {
        memory.store(address, word);
        return this;
    }

    void forget() {
        memory = new SparseMemory();
    }

    /** Maps one page through tables of their own, 64 KB apart. */
    void mapPage(long root, int granuleBits, int inputBits, long address, long output) {
        int stride = granuleBits - 3;
        int level = 3 - (inputBits - 1 - granuleBits) / stride;
        long table = root;
        int width = inputBits;
        for (; level < 3; level++) {
            int shift = granuleBits + stride * (3 - level);
            long next = table + 0x1_0000;
            store(table + 8 * (address >>> shift & (1L << width - shift) - 1), next | 3);
            table = next;
            width = shift;
        }
        store(table + 8 * (address >>> granuleBits & (1L << width - granuleBits) - 1), output | AF | 3);
    }

    /** The address that {@code AT S1E1R} gives, with the attributes left out; or the fault. */
    long read(long address) {
        return ask("s1e1r", address);
    }

    long ask(String instruction, long address) {
        long par = par(instruction, address);
        return (par & 1) == 0 ? par & ADDRESS : par;
    }

    long par(String instruction, long address) {
        return new Arm64Machine(new Capture(cpu, registers, Map.of(), memory)).addressTranslation(instruction, address);
    }

    Walk walk(String instruction, long address) {
        return new Arm64Machine(new Capture(cpu, registers, Map.of(), memory)).walk(instruction, address);
    }

    /** PAR of a stage-1 fault. */
    static long fault(int status) {
        return 1 | (long) status << 1 | 1 << 11;
    }

    /** PAR of a stage-2 fault. */
    static long stage2(int status) {
        return fault(status) | 1 << 9;
    }

    /** PAR of a stage-2 fault on a stage-1 walk. */
    static long onWalk(int status) {
        return stage2(status) | 1 << 8;
    }
}
