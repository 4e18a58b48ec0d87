package pagefold.table;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Attributes;

/**
 * One translation with everything that was looked at.
 *
 * @param input the address translated
 * @param steps every level in walk order, folded ones marked
 * @param outcome where it ended
 * @param registers what registers would hold afterwards, as far as the plugin says
 * @param pin whether the kernel may write the page of a process by itself; {@code null} where its writes are not so, or
 *     the access is no unprivileged write
 */
public record Walk(
        long input,
        List<Step> steps,
        Outcome outcome,
        List<Register> registers,
        @Nullable Pin pin) {

    /** A walk of which no registers are known. */
    public Walk(long input, List<Step> steps, Outcome outcome) {
        this(input, steps, outcome, List.of());
    }

    /** A walk of which nothing is said about pinning. */
    public Walk(long input, List<Step> steps, Outcome outcome, List<Register> registers) {
        this(input, steps, outcome, registers, null);
    }

    /** The same walk with what is said about pinning. */
    public Walk withPin(@Nullable Pin said) {
        return new Walk(input, steps, outcome, registers, said);
    }

    /**
     * Whether the kernel pins a page for a write, so that it writes without a fault.
     *
     * @param pinned whether it does; otherwise it takes the fault of a write first, which is the walk's outcome
     * @param reason what the words say, for people
     */
    public record Pin(boolean pinned, String reason) {}

    /**
     * A register after the access.
     *
     * @param role what it is for: {@code par} (the answer of an address-translation instruction), {@code esr} (the
     *     syndrome), {@code far} (the address that faulted) or {@code hpfar} (the intermediate physical address)
     * @param name as in the Arm ARM
     * @param value all its bits
     */
    public record Register(String role, String name, long value) {}

    /**
     * One level of a walk.
     *
     * @param stage 1 or 2
     * @param generic Linux's name of the level: PGD, P4D, PUD, PMD, PTE
     * @param level the hardware level, -1 to 3 (1 and 2 for short descriptors)
     * @param folded whether the level has no table of its own; then it shows its parent's word
     * @param table physical address of the table
     * @param index number of the entry
     * @param entry physical address of the word
     * @param word what is stored there
     * @param meaning what the word says, for people
     * @param fields the word's fields from high to low bits
     */
    public record Step(
            int stage,
            String generic,
            int level,
            boolean folded,
            long table,
            int index,
            long entry,
            long word,
            String meaning,
            List<Field> fields) {}

    /**
     * A field of a descriptor, under its name in the Arm ARM.
     *
     * @param high highest bit
     * @param low lowest bit
     * @param name as in the Arm ARM
     * @param value the bits, shifted down
     * @param meaning for people
     */
    public record Field(int high, int low, String name, long value, String meaning) {}

    /** Where a walk ends. */
    public sealed interface Outcome {}

    /**
     * The access is granted.
     *
     * @param output physical (or intermediate physical) address
     * @param level hardware level of the leaf
     * @param leafSize bytes that the leaf translates, by itself
     * @param attributes what the leaf and its tables say
     */
    public record Translated(long output, int level, long leafSize, Attributes attributes) implements Outcome {}

    /**
     * The access faults.
     *
     * @param kind why
     * @param level at which hardware level it is reported
     * @param stage 1 or 2
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 table
     */
    public record Faulted(FaultKind kind, int level, int stage, boolean onStage1Walk) implements Outcome {

        /** A fault of the access's own address. */
        public Faulted(FaultKind kind, int level, int stage) {
            this(kind, level, stage, false);
        }
    }
}
