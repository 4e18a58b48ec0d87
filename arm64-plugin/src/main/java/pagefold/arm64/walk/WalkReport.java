package pagefold.arm64.walk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.DescriptorText;
import pagefold.arm64.descriptor.DescriptorText.Use;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Shareability;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** A translation with everything that was looked at. */
public final class WalkReport {
    private static final String[] GENERIC = {"PGD", "P4D", "PUD", "PMD", "PTE"};

    private WalkReport() {}

    /** Translates an address for a {@link Request} and tells how. */
    public static Walk of(TranslationWalker walker, long address, int request) {
        return of(walker, address, request, 0);
    }

    /**
     * The same for the tables of a kernel.
     *
     * @param builtInputBits VA_BITS that the kernel was built for; more than what stage 1 translates where it folds its
     *     top level at run time; 0 where it is not known to
     */
    public static Walk of(TranslationWalker walker, long address, int request, int builtInputBits) {
        return of(walker, address, request, builtInputBits, null);
    }

    /**
     * The same with the registers that it leaves.
     *
     * @param regime whose stage 1 is asked, or {@code null} where registers are not asked for
     */
    public static Walk of(
            TranslationWalker walker, long address, int request, int builtInputBits, Syndrome.@Nullable Regime regime) {
        List<Visit> visits = new ArrayList<>();
        long result = walker.trace(address, request, visits);
        Use ofStage1 = walker.regime().hasTwoRanges() ? Use.TWO_RANGES : Use.ONE_RANGE;
        List<Walk.Step> steps = new ArrayList<>();
        for (Visit visit : visits) {
            boolean isStage2 = visit.tree().stage == 2;
            add(steps, visit, isStage2 ? Use.STAGE_2 : ofStage1, isStage2 ? 0 : builtInputBits);
        }
        Walk.Outcome outcome = outcome(walker, address, result);
        List<Walk.Register> registers =
                regime == null ? List.of() : Syndrome.of(walker, regime, address, request, result);
        return new Walk(address, List.copyOf(steps), outcome, registers);
    }

    /**
     * One step; with the root's those of the generic levels that are folded: behind it where that was built in, before
     * it where it is done at run time.
     */
    private static void add(List<Walk.Step> steps, Visit visit, Use use, int builtInputBits) {
        Vmsa64Geometry geometry = visit.tree().geometry;
        if (visit.level() != geometry.startLevel()) {
            steps.add(step(visit, use, GENERIC[visit.level() + 1], false));
            return;
        }
        int real = geometry.startsLower(builtInputBits) ? visit.level() + 1 : 0;
        for (int generic = 0; generic <= visit.level() + 1; generic++) {
            steps.add(step(visit, use, GENERIC[generic], generic != real));
        }
    }

    private static Walk.Step step(Visit visit, Use use, String generic, boolean folded) {
        DescriptorText text = new DescriptorText(visit.tree().geometry, use);
        return new Walk.Step(
                visit.tree().stage,
                generic,
                visit.level(),
                folded,
                visit.entry() - (visit.index() << Descriptor.WORD_SHIFT),
                (int) visit.index(),
                visit.entry(),
                visit.word(),
                text.meaning(visit.word(), visit.level()),
                text.fields(visit.word(), visit.level()));
    }

    private static Walk.Outcome outcome(TranslationWalker walker, long address, long result) {
        if (Translation.isFault(result)) {
            return new Walk.Faulted(
                    Translation.kind(result),
                    Translation.level(result),
                    Translation.stage(result),
                    walker.faultedOnStage1Walk());
        }
        return new Walk.Translated(result, walker.level(), walker.leafSize(), attributes(walker, address));
    }

    /** What holds for the address that was translated last. */
    static Attributes attributes(TranslationWalker walker, long address) {
        long leaf = walker.leaf();
        boolean twoRanges = walker.regime().hasTwoRanges();
        return new Attributes(
                new Permissions(walker.granted(address)),
                MemoryAttribute.type(walker.memoryAttribute()),
                shareability(walker.shareability(address)),
                !twoRanges || (leaf & Descriptor.NG) == 0,
                (leaf & Descriptor.GP) != 0,
                software(walker),
                walker.level() < Vmsa64Geometry.LAST_LEVEL,
                (walker.finalLeaf() & Descriptor.CONTIGUOUS) != 0);
    }

    /**
     * The four bits that a region can set: bit 63 and bits 58:56 of EL1&amp;0, where bit 55 is Linux's dirty state; bits
     * 58:55 of the others.
     */
    private static int software(TranslationWalker walker) {
        long leaf = walker.leaf();
        return leaf == 0 || !walker.regime().hasTwoRanges()
                ? (int) Descriptor.field(walker.finalLeaf(), 58, 55)
                : (int) (Descriptor.field(leaf, 63, 63) << 3 | Descriptor.field(leaf, 58, 56));
    }

    /** The reserved value 1 counts as not shareable. */
    private static Shareability shareability(int value) {
        return switch (value) {
            case MemoryAttribute.OUTER_SHAREABLE -> Shareability.OUTER_SHAREABLE;
            case MemoryAttribute.INNER_SHAREABLE -> Shareability.INNER_SHAREABLE;
            default -> Shareability.NON_SHAREABLE;
        };
    }
}
