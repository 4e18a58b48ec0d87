package pagefold.arm32.machine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.lpae.HypStage;
import pagefold.arm32.lpae.LpaeStage;
import pagefold.arm32.lpae.StageTwo;
import pagefold.arm32.lpae.TwoStages;
import pagefold.arm32.shortdesc.ShortStage;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOne;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.table.TableReader;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** A captured arm32 machine; used by one thread at a time. */
public final class Arm32Machine implements CapturedMachine {
    private static final String STAGE_2 = "stage2";
    private static final String HYP = "hyp";
    private static final String HYP_BASE = "HTTBR";
    private static final String CONTROL = "TTBCR";
    private static final int INPUT_BITS = 32;
    /** HCR.VM. */
    private static final long VIRTUALIZED = 1;
    /** HCR.DC. */
    private static final long DEFAULT_CACHEABLE = 1 << 12;
    /** HCR.TGE. */
    private static final long TRAPS_GENERAL = 1 << 27;

    /** TTBCR.EAE: long descriptors. */
    private static final long EXTENDED_ADDRESSES = 1L << 31;

    private final @Nullable StageOne stageOne;
    private final @Nullable StageTwo stageTwo;
    private final @Nullable TwoStages bothStages;
    private final StageOneSetup setup;
    private @Nullable HypStage hyp;

    /**
     * A machine; the registers of PL2 are read when a question needs them.
     *
     * @throws IllegalArgumentException when a register is missing
     */
    public Arm32Machine(Capture capture) {
        Registers registers = new Registers(capture.registers());
        Processor processor = Processor.of(capture.cpu());
        long hcr = registers.getOr("HCR", 0);
        boolean isVirtualized = (hcr & (VIRTUALIZED | DEFAULT_CACHEABLE)) != 0;
        this.stageTwo = isVirtualized ? new StageTwo(registers, processor, capture.memory()) : null;
        this.setup = new StageOneSetup(
                registers,
                capture.layout(),
                processor,
                (hcr & (DEFAULT_CACHEABLE | TRAPS_GENERAL)) != 0,
                (hcr & DEFAULT_CACHEABLE) != 0,
                capture.memory(),
                stageTwo == null ? DescriptorPath.DIRECT : stageTwo);
        // What has neither is a capture of PL2 alone.
        boolean hasPl1 = registers.has(CONTROL) || !registers.has(HYP_BASE);
        this.stageOne = hasPl1 ? stageOne(setup) : null;
        this.bothStages = stageOne == null || stageTwo == null ? null : new TwoStages(stageOne, stageTwo);
    }

    private static StageOne stageOne(StageOneSetup setup) {
        boolean hasShort = (setup.registers().get(CONTROL) & EXTENDED_ADDRESSES) == 0;
        return hasShort ? new ShortStage(setup) : new LpaeStage(setup);
    }

    /** Stage 1 of PL1&amp;0, which a question is about. */
    private StageOne pl1() {
        StageOne known = stageOne;
        if (known == null) {
            throw new IllegalArgumentException(
                    "expected the register " + CONTROL + " in the capture, but it is missing: there is PL2 alone");
        }
        return known;
    }

    /** Those of stage 1 of PL1&amp;0 first, then {@code stage2} and {@code hyp}, where registers lead to them. */
    @Override
    public List<String> spaces() {
        List<String> spaces = new ArrayList<>(stageOne == null ? List.of() : stageOne.spaces());
        if (stageTwo != null && stageTwo.isUsable()) {
            spaces.add(STAGE_2);
        }
        if (setup.registers().has(HYP_BASE)) {
            spaces.add(HYP);
        }
        return spaces;
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        if (!spaces().contains(space)) {
            throw new IllegalArgumentException("expected a space of " + spaces() + ", but it is '" + space + "'");
        }
        if (space.equals(STAGE_2) && stageTwo != null) {
            stageTwo.dump(setup.memory(), out);
        } else if (space.equals(HYP)) {
            hyp().dump(setup.memory(), out);
        } else {
            pl1().dump(space, out);
        }
    }

    @Override
    public boolean showPte(long address, Appendable out) throws IOException {
        checkAddress(address);
        return stageOne != null && stageOne.showPte(address, out);
    }

    @Override
    public TableReader.@Nullable WxReport checkWx() {
        return stageOne == null ? null : stageOne.checkWx();
    }

    @Override
    public long addressTranslation(String operation, long address) {
        Operation asked = asked(operation);
        checkAddress(address);
        Request request = asked.request();
        if (asked.target() == Operation.Target.PL2) {
            return hyp().par(hyp().translate(address, request, null));
        }
        long first = pl1().translate(address, request, null);
        TwoStages both = bothStages;
        if (both != null && (asked.target() == Operation.Target.BOTH_STAGES || TwoStages.isOnStage1Walk(first))) {
            return both.par(first, request);
        }
        return pl1().par(first);
    }

    @Override
    public Walk walk(String operation, long address) {
        Operation asked = asked(operation);
        checkAddress(address);
        List<Walk.Step> steps = new ArrayList<>();
        Walk.Outcome outcome = asked.target() == Operation.Target.PL2
                ? hypOutcome(address, asked.request(), steps::add)
                : outcome(address, asked, steps::add);
        return new Walk(address, List.copyOf(steps), outcome);
    }

    private Walk.Outcome hypOutcome(long address, Request request, Consumer<Walk.Step> steps) {
        long result = hyp().translate(address, request, steps);
        return Translation.isFault(result) ? Leaf.faulted(result) : hyp().leaf().translated(result);
    }

    private Walk.Outcome outcome(long address, Operation asked, Consumer<Walk.Step> steps) {
        TwoStages both = bothStages;
        if (both == null) {
            return firstOutcome(pl1().translate(address, asked.request(), steps));
        }
        both.second().tell(steps);
        try {
            long first = both.first().translate(address, asked.request(), steps);
            return Translation.isFault(first) || asked.target() == Operation.Target.BOTH_STAGES
                    ? both.outcome(first, asked.request())
                    : firstOutcome(first);
        } finally {
            both.second().tell(null);
        }
    }

    private Walk.Outcome firstOutcome(long first) {
        return Translation.isFault(first) ? Leaf.faulted(first) : pl1().leaf().translated(first);
    }

    private HypStage hyp() {
        HypStage known = hyp;
        if (known == null) {
            known = new HypStage(setup);
            hyp = known;
        }
        return known;
    }

    private Operation asked(String operation) {
        Operation asked = Operation.parse(operation);
        if (asked.request().accessNever() && !setup.processor().privilegedAccessNever()) {
            throw new IllegalArgumentException("expected an instruction of this processor, but " + operation
                    + " is of Armv8.1 (FEAT_PAN), and it is a "
                    + setup.processor().model());
        }
        return asked;
    }

    private static void checkAddress(long address) {
        if (address >>> INPUT_BITS != 0) {
            throw new IllegalArgumentException(
                    "expected an address of 32 bits, but it is 0x" + Long.toHexString(address));
        }
    }
}
