package pagefold.arm32.machine;

import java.util.HashMap;
import java.util.Map;
import pagefold.spi.Capture;
import pagefold.table.PhysicalMemory;

/** A machine made word by word: its memory, which reads as zero where nothing was stored, and its registers. */
final class Words implements PhysicalMemory {
    final Map<Long, Long> words = new HashMap<>();
    final Map<String, Long> registers = new HashMap<>();

    @Override
    public long load64(long address) {
        return words.getOrDefault(address, 0L);
    }

    /** Stores a word of 64 bits. */
    Words store(long address, long word) {
        words.put(address, word);
        return this;
    }

    /** Stores a word of 32 bits. */
    Words store32(long address, long word) {
        long place = address & -8L;
        int shift = (address & 4) == 0 ? 0 : 32;
        return store(place, load64(place) & ~(0xffff_ffffL << shift) | (word & 0xffff_ffffL) << shift);
    }

    /** Sets a register. */
    Words set(String register, long value) {
        registers.put(register, value);
        return this;
    }

    Arm32Machine machine(String cpu) {
        return new Arm32Machine(new Capture(cpu, registers, Map.of(), this));
    }
}
