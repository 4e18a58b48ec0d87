package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;

import java.util.ArrayList;
import java.util.List;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.table.Translation;

/**
 * Accesses with what hardware writes back for them: Access flag and dirty state of both stages (FEAT_HAFDBS, Arm ARM
 * D8.5).
 *
 * <p>A descriptor is written when the access, as far as that stage decides, succeeds: not on a fault of the same stage.
 * The pages that stage-1 tables lie in are accesses of stage 2, and an update of a stage-1 descriptor is a write there.
 * The stage-1 descriptor is written before stage 2 judges the output. A descriptor that has changed by then is decoded
 * anew. Address-translation instructions write nothing.
 *
 * <p>Used by one thread at a time.
 */
public final class HardwareUpdates {
    /** How often a descriptor may have changed before an access is given up. */
    private static final int MAX_ATTEMPTS = 64;

    private final TranslationWalker walker;
    private final AtomicMemory memory;
    private final List<Update> made = new ArrayList<>();

    /**
     * Accesses through a walker.
     *
     * @param memory the one that the walker reads
     */
    public HardwareUpdates(TranslationWalker walker, AtomicMemory memory) {
        this.walker = walker;
        this.memory = memory;
    }

    /**
     * A descriptor that was written.
     *
     * @param address physical address
     * @param oldWord the descriptor before, in the order of its bits, whatever the byte order of the memory
     * @param newWord the descriptor after
     */
    public record Update(long address, long oldWord, long newWord) {}

    /**
     * Makes an access.
     *
     * @param request {@link Request}
     * @return as {@link Translation} has it
     * @throws IllegalStateException when descriptors keep changing under the access
     */
    public long access(long address, int request) {
        made.clear();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            List<Visit> visits = new ArrayList<>();
            long result = walker.trace(address, request, visits);
            if ((request & Request.ADDRESS_TRANSLATION) != 0 || write(last(visits), result, request)) {
                return result;
            }
        }
        throw new IllegalStateException("expected a descriptor to stay for one access, but it changed " + MAX_ATTEMPTS
                + " times during one to 0x" + Long.toHexString(address));
    }

    /** The descriptors that the last access wrote, in order. */
    public List<Update> updates() {
        return List.copyOf(made);
    }

    /** Every word of stage 1, and of each walk of stage 2 its last one. */
    private static List<Visit> last(List<Visit> visits) {
        List<Visit> last = new ArrayList<>();
        for (int i = 0; i < visits.size(); i++) {
            Visit visit = visits.get(i);
            boolean ends = i + 1 == visits.size()
                    || visits.get(i + 1).tree().stage == 1
                    || visits.get(i + 1).level() == visits.get(i + 1).tree().startLevel;
            if (visit.tree().stage == 1 || ends) {
                last.add(visit);
            }
        }
        return last;
    }

    private boolean write(List<Visit> visits, long result, int request) {
        boolean isWrite = (request & Request.WRITE) != 0;
        boolean refusedTable = Translation.isFault(result) && walker.faultedOnStage1Walk();
        int leaf = leafOfStage1(visits, result);
        for (int i = 0; i < visits.size(); i++) {
            Visit visit = visits.get(i);
            boolean isLast = i + 1 == visits.size();
            if (visit.tree().stage == 2) {
                boolean succeeds = !isLast || !Translation.isFault(result);
                boolean isOutput = isLast && !refusedTable;
                boolean isDescriptorWrite = leaf >= 0
                        && i == leaf + 1
                        && updated1(visits.get(leaf), isWrite)
                                != visits.get(leaf).word();
                boolean writes = isDescriptorWrite || isOutput && isWrite;
                if (succeeds && !store(visit, updated2(visit.word(), writes))) {
                    return false;
                }
                if (isDescriptorWrite && succeeds && !store(visits.get(leaf), updated1(visits.get(leaf), isWrite))) {
                    return false;
                }
            } else if (i == leaf && walker.secondStage() == null && !store(visit, updated1(visit, isWrite))) {
                return false;
            }
        }
        return true;
    }

    /** Where the stage-1 leaf is whose rights have been granted, or -1. */
    private static int leafOfStage1(List<Visit> visits, long result) {
        boolean refused = Translation.isFault(result) && Translation.stage(result) == 1;
        for (int i = visits.size() - 1; i >= 0 && !refused; i--) {
            Visit visit = visits.get(i);
            if (visit.tree().stage == 1) {
                return Descriptor.isTable(visit.word(), visit.level()) ? -1 : i;
            }
        }
        return -1;
    }

    private long updated1(Visit visit, boolean isWrite) {
        Stage1 regime = walker.regime();
        long word = regime.hardwareAccess ? visit.word() | AF : visit.word();
        return isWrite ? regime.effective(word) : word;
    }

    private long updated2(long word, boolean isWrite) {
        Stage2 regime = walker.secondStage();
        if (regime == null || !regime.hardwareAccess) {
            return word;
        }
        boolean dirty = isWrite && regime.hardwareDirty && (word & DBM) != 0;
        return word | AF | (dirty ? S2_WRITE : 0);
    }

    private boolean store(Visit visit, long word) {
        if (word == visit.word()) {
            return true;
        }
        boolean swap = visit.tree().bigEndian;
        long expected = swap ? Long.reverseBytes(visit.word()) : visit.word();
        if (!memory.compareAndSet(visit.entry(), expected, swap ? Long.reverseBytes(word) : word)) {
            return false;
        }
        made.add(new Update(visit.entry(), visit.word(), word));
        return true;
    }
}
