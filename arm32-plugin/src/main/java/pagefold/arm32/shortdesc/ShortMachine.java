package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pagefold.arm32.linux.KernelLayout;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.table.Walk;

/**
 * A captured machine that runs with short descriptors; used by one thread at a time.
 *
 * <p>Instructions: {@code s1cpr}, {@code s1cpw}, {@code s1cur}, {@code s1cuw} (ATS1CPR and so on), {@code s12pr} to
 * {@code s12uw} (ATS12NSOPR and so on; with stage 2 off they answer the same), and from Armv8 on {@code s1cprp},
 * {@code s1cpwp} (ATS1CPRP, ATS1CPWP: with CPSR.PAN 1).
 */
public final class ShortMachine implements CapturedMachine {
    private static final String KERNEL = "kernel";
    private static final String USER = "user";
    /** Constants of the machine and of the kernel's build that the markers need. */
    private static final String HIGH_MEMORY = "high_memory";

    private static final String PAGE_OFFSET = "PAGE_OFFSET";
    /** PAGE_OFFSET where the capture does not say: 3 GB for processes. */
    private static final long DEFAULT_PAGE_OFFSET = 0xc000_0000L;
    /** HCR.VM and HCR.DC: stage 2 is on. */
    private static final long STAGE_2 = 1 | 1 << 12;

    private static final int INPUT_BITS = 32;
    private static final List<String> INSTRUCTIONS =
            List.of("s1cpr", "s1cpw", "s1cur", "s1cuw", "s12pr", "s12pw", "s12ur", "s12uw");
    private static final List<String> PAN_INSTRUCTIONS = List.of("s1cprp", "s1cpwp");

    private final Capture capture;
    private final Controls controls;
    private final ShortWalker walker;
    private final List<String> instructions = new ArrayList<>(INSTRUCTIONS);

    /**
     * A machine.
     *
     * @throws IllegalArgumentException when a register is missing, or selects what this format does not have
     */
    public ShortMachine(Capture capture) {
        this.capture = capture;
        long hcr = capture.registers().getOrDefault("HCR", 0L);
        if ((hcr & STAGE_2) != 0) {
            throw new IllegalArgumentException("expected stage 2 to be off (HCR.VM and HCR.DC 0) where stage 1 has"
                    + " short descriptors, but HCR is 0x" + Long.toHexString(hcr));
        }
        this.controls = Controls.of(capture.registers(), Processor.of(capture.cpu(), capture.registers()));
        this.walker = new ShortWalker(controls, capture.memory());
        if (controls.processor().hasArmv8()) {
            instructions.addAll(PAN_INSTRUCTIONS);
        }
    }

    @Override
    public List<String> spaces() {
        boolean hasKernel =
                capture.layout().containsKey(HIGH_MEMORY) && capture.registers().containsKey("TTBR1");
        return hasKernel ? List.of(KERNEL, USER) : List.of(USER);
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        if (!spaces().contains(space)) {
            throw new IllegalArgumentException("expected a space of " + spaces() + ", but it is '" + space + "'");
        }
        KernelLayout layout = new KernelLayout(
                capture.layout().getOrDefault(PAGE_OFFSET, DEFAULT_PAGE_OFFSET),
                capture.layout().getOrDefault(HIGH_MEMORY, 0L));
        boolean isKernel = space.equals(KERNEL);
        Controls.Table table = isKernel ? controls.upper() : controls.lower();
        long reached = (long) table.entries() << Descriptor.LEVEL_1_SHIFT;
        TableDump.write(
                capture.memory(),
                controls.isBigEndian(),
                table.root(),
                isKernel ? reached : Math.min(reached, layout.taskSize()),
                isKernel ? layout.markers() : KernelLayout.USER_MARKERS,
                out);
    }

    @Override
    public long addressTranslation(String operation, long address) {
        check(operation, address);
        long result = walker.translate(address, access(operation), privilege(operation), operation.endsWith("p"), null);
        return Par.of(walker, result);
    }

    @Override
    public Walk walk(String operation, long address) {
        check(operation, address);
        return WalkReport.of(walker, address, access(operation), privilege(operation), operation.endsWith("p"));
    }

    private void check(String operation, long address) {
        if (!instructions.contains(operation)) {
            throw new IllegalArgumentException(
                    "expected an instruction of " + instructions + ", but it is '" + operation + "'");
        }
        if (address >>> INPUT_BITS != 0) {
            throw new IllegalArgumentException(
                    "expected an address of 32 bits, but it is 0x" + Long.toHexString(address));
        }
    }

    private static Access access(String operation) {
        return operation.charAt(4) == 'w' ? Access.WRITE : Access.READ;
    }

    private static Privilege privilege(String operation) {
        return operation.charAt(3) == 'p' ? Privilege.PRIVILEGED : Privilege.UNPRIVILEGED;
    }
}
