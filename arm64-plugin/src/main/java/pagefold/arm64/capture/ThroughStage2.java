package pagefold.arm64.capture;

import pagefold.arm64.walk.TranslationWalker;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/** A guest's physical memory: intermediate physical addresses, looked up through stage 2. What faults reads as zero. */
record ThroughStage2(TranslationWalker stage2, PhysicalMemory memory) implements PhysicalMemory {

    @Override
    public long load64(long address) {
        long physical = stage2.translate(address, Access.READ, Privilege.PRIVILEGED);
        return Translation.isFault(physical) ? 0 : memory.load64(physical);
    }
}
