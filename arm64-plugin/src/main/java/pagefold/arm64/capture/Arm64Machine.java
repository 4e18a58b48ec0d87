package pagefold.arm64.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Par;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TableRange;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.arm64.walk.WalkReport;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;
import pagefold.table.Walk;

/** A captured arm64 machine, used by one thread at a time. */
public final class Arm64Machine implements CapturedMachine {
    private static final String KERNEL = "kernel";
    private static final String USER = "user";
    private static final String STAGE_2 = "stage2";
    /** The constant of the kernel's build that its markers need. */
    private static final String FIXMAP_START = "FIXADDR_TOT_START";
    /** Optional: what the kernel was built for, where that is more than what it runs with. */
    private static final String BUILT_INPUT_BITS = "VA_BITS";

    private final Capture capture;
    private final Registers registers;
    private final RegimeReader reader;
    private final TranslationInstructions instructions;
    private @Nullable Accesses accesses;

    /**
     * A machine; registers are read when a question needs them.
     *
     * @throws IllegalArgumentException when the processor is not known
     */
    public Arm64Machine(Capture capture) {
        this.capture = capture;
        this.registers = new Registers(capture.registers());
        this.instructions = new TranslationInstructions(capture);
        this.reader = instructions.reader();
    }

    @Override
    public List<String> spaces() {
        List<String> spaces = new ArrayList<>();
        if (registers.has("TCR_EL1")) {
            if (reader.el1().upper().tables().isUsable() && capture.layout().containsKey(FIXMAP_START)) {
                spaces.add(KERNEL);
            }
            if (reader.el1().lower().tables().isUsable()) {
                spaces.add(USER);
            }
        }
        Stage2 stage2 = reader.stage2();
        if (stage2 != null && stage2.tables().isUsable()) {
            spaces.add(STAGE_2);
        }
        return spaces;
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        if (!spaces().contains(space)) {
            throw new IllegalArgumentException("expected a space of " + spaces() + ", but it is '" + space + "'");
        }
        switch (space) {
            case KERNEL -> {
                TableRange range = reader.el1().upper().tables();
                int inputBits = range.geometry().inputBits();
                long fixmapStart = capture.layout().getOrDefault(FIXMAP_START, 0L);
                Markers markers = Markers.kernel(inputBits, range.geometry().granuleBits(), fixmapStart);
                stage1(range).write(stage1Memory(), range.root(), -1L << inputBits, markers, out);
            }
            case USER -> {
                TableRange range = reader.el1().lower().tables();
                stage1(range).write(stage1Memory(), range.root(), 0, Markers.user(), out);
            }
            default -> {
                Stage2 stage2 = reader.stage2();
                if (stage2 != null) {
                    TableRange range = stage2.tables();
                    TableDump.stage2(range.geometry(), range.isBigEndian())
                            .write(capture.memory(), range.root(), 0, Markers.guest(), out);
                }
            }
        }
    }

    private TableDump stage1(TableRange range) {
        return TableDump.stage1(range.geometry(), range.isBigEndian(), builtInputBits(range));
    }

    /** VA_BITS that the kernel was built for; what it runs with where the capture does not say. */
    private int builtInputBits(TableRange range) {
        long running = range.geometry().inputBits();
        long built = capture.layout().getOrDefault(BUILT_INPUT_BITS, running);
        if (built < running || built > 52) {
            throw new IllegalArgumentException("expected the layout constant " + BUILT_INPUT_BITS + " from " + running
                    + " to 52, but it is " + built);
        }
        return (int) built;
    }

    /** Where the tables of stage 1 are. */
    private PhysicalMemory stage1Memory() {
        @Nullable Stage2 stage2 = reader.stage2();
        return stage2 == null
                ? capture.memory()
                : new ThroughStage2(TranslationWalker.ofStage2(stage2, capture.memory()), capture.memory());
    }

    @Override
    public boolean showPte(long address, Appendable out) throws IOException {
        if (!registers.has("TCR_EL1")) {
            return false;
        }
        TableRange kernel = reader.el1().upper().tables();
        TableRange user = reader.el1().lower().tables();
        // Linux has the same granule and sizes in both halves.
        ShowPte.Shape shape = new ShowPte.Shape(
                kernel.geometry().granuleBits(),
                kernel.geometry().inputBits(),
                builtInputBits(kernel),
                kernel.geometry().encoding());
        ShowPte.Roots roots = new ShowPte.Roots(root(user), root(kernel));
        new ShowPte(stage1Memory(), kernel.isBigEndian(), shape).write(address, roots, out);
        return true;
    }

    private static long root(TableRange range) {
        return range.isUsable() ? range.root() : ShowPte.NO_ROOT;
    }

    @Override
    public @Nullable WxReport checkWx() {
        if (!registers.has("TCR_EL1") || !reader.el1().upper().tables().isUsable()) {
            return null;
        }
        TableRange kernel = reader.el1().upper().tables();
        Vmsa64Geometry geometry = kernel.geometry();
        return WxCheck.of(geometry, kernel.isBigEndian(), stage1Memory(), kernel.root(), -1L << geometry.inputBits());
    }

    @Override
    public long addressTranslation(String operation, long address) {
        Operation asked = Operation.parse(operation);
        return Par.of(instructions.walker(asked), address, instructions.request(asked));
    }

    @Override
    public Walk walk(String operation, long address) {
        Operation asked = Operation.parse(operation);
        // The kernel's folds are those of its own tables, at EL1.
        boolean isKernels = asked.exceptionLevel() <= 1 && registers.has("TCR_EL1");
        int built = isKernels ? builtInputBits(reader.el1().upper().tables()) : 0;
        return WalkReport.of(instructions.walker(asked), address, instructions.request(asked), built);
    }

    @Override
    public Accessed access(CpuAccess access, long address) {
        Accesses known = accesses;
        if (known == null) {
            known = new Accesses(capture);
            accesses = known;
        }
        return known.make(access, address);
    }
}
