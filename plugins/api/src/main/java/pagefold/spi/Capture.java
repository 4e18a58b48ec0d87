package pagefold.spi;

import java.util.Map;
import pagefold.table.PhysicalMemory;

/**
 * The state of a machine, taken from outside.
 *
 * @param cpu model of the processor, or empty when unknown
 * @param registers by the name in the Arm ARM, as {@code TTBR0_EL1}
 * @param layout constants of the kernel's build that its dump needs and no register tells
 * @param memory the physical memory
 */
public record Capture(String cpu, Map<String, Long> registers, Map<String, Long> layout, PhysicalMemory memory) {

    public Capture {
        registers = Map.copyOf(registers);
        layout = Map.copyOf(layout);
    }
}
