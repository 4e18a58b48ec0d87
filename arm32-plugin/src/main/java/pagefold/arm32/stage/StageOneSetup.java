package pagefold.arm32.stage;

import java.util.Map;
import pagefold.table.PhysicalMemory;

/**
 * All that stage 1 of a captured machine is made of.
 *
 * @param registers of the machine
 * @param layout constants of the kernel's build, for its dump
 * @param processor what it can do
 * @param isSwitchedOff whether HCR.TGE or HCR.DC holds stage 1 of PL1&amp;0 off, whatever SCTLR.M says
 * @param isCacheableByDefault HCR.DC: what stage 1 does not translate is Normal write-back memory
 * @param memory physical memory
 * @param path from the addresses of descriptors to physical memory
 */
public record StageOneSetup(
        Registers registers,
        Map<String, Long> layout,
        Processor processor,
        boolean isSwitchedOff,
        boolean isCacheableByDefault,
        PhysicalMemory memory,
        DescriptorPath path) {

    public StageOneSetup {
        layout = Map.copyOf(layout);
    }

    /** Memory as the tables of this stage see it. */
    public PhysicalMemory tables() {
        return path.over(memory);
    }
}
