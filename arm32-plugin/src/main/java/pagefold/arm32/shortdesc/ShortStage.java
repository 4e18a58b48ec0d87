package pagefold.arm32.shortdesc;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.MemoryAttribute;
import pagefold.arm32.stage.Request;
import pagefold.arm32.stage.StageOne;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.model.SpaceKind;
import pagefold.table.TableReader.WxReport;
import pagefold.table.Walk;

/** Stage 1 of PL1&amp;0 with short descriptors, of a captured machine. */
public final class ShortStage implements StageOne {
    private static final String KERNEL = "kernel";
    private static final String USER = "user";
    /** Constants of the machine and of the kernel's build that the markers need. */
    private static final String HIGH_MEMORY = "high_memory";

    private static final String PAGE_OFFSET = "PAGE_OFFSET";
    /** PAGE_OFFSET where the capture does not say: 3 GB for processes. */
    private static final long DEFAULT_PAGE_OFFSET = 0xc000_0000L;

    private static final int INPUT_BITS = 32;

    private final StageOneSetup setup;
    private final Controls controls;
    private final ShortWalker walker;

    /**
     * The stage as registers say.
     *
     * @throws IllegalArgumentException when a register is missing, or selects long descriptors
     */
    public ShortStage(StageOneSetup setup) {
        this.setup = setup;
        Processor processor =
                Processor.of(setup.processor().model(), setup.registers().values());
        Controls stated = Controls.of(setup.registers().values(), processor);
        MemoryAttributes.Memory flat =
                setup.isCacheableByDefault() ? MemoryAttributes.DEFAULT_CACHEABLE : MemoryAttributes.STRONGLY_ORDERED;
        this.controls = setup.isSwitchedOff() ? stated.off(flat) : stated;
        this.walker = new ShortWalker(controls, setup.memory(), setup.path());
    }

    @Override
    public long translate(long address, Request request, @Nullable Consumer<Walk.Step> steps) {
        return walker.translate(
                address,
                request.access(),
                request.privilege(),
                request.accessNever(),
                steps == null ? null : new WalkReport(walker, steps)::visited);
    }

    @Override
    public Leaf leaf() {
        return leaf(walker);
    }

    /** What the last translation of a walker found. */
    static Leaf leaf(ShortWalker walker) {
        MemoryAttributes.Memory memory = walker.attributes();
        int shareability = switch (memory.shareability()) {
            case NON_SHAREABLE -> 0;
            case OUTER_SHAREABLE -> MemoryAttribute.OUTER_SHAREABLE;
            case INNER_SHAREABLE -> MemoryAttribute.INNER_SHAREABLE;
        };
        if (!walker.controls().isOn()) {
            return Leaf.flat(INPUT_BITS, memory.mair(), shareability);
        }
        LeafKind kind = walker.kind();
        return new Leaf(
                kind.level(),
                1L << kind.shift(),
                memory.mair(),
                shareability,
                walker.permissions(),
                kind.isGlobal(walker.leaf()),
                0,
                kind.level() == 1,
                kind == LeafKind.SUPERSECTION || kind == LeafKind.LARGE_PAGE);
    }

    @Override
    public long par(long result) {
        return Par.of(walker, result);
    }

    @Override
    public List<String> spaces() {
        boolean hasKernel =
                setup.layout().containsKey(HIGH_MEMORY) && setup.registers().has("TTBR1");
        return hasKernel ? List.of(KERNEL, USER) : List.of(USER);
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        boolean isKernel = space.equals(KERNEL);
        TableDump.write(
                isKernel ? kernelTables() : userTables(),
                isKernel ? layout().markers() : KernelLayout.lowerMarkers(SpaceKind.USER),
                out);
    }

    private KernelLayout layout() {
        return new KernelLayout(
                setup.layout().getOrDefault(PAGE_OFFSET, DEFAULT_PAGE_OFFSET),
                setup.layout().getOrDefault(HIGH_MEMORY, 0L));
    }

    private TableDump.Tables kernelTables() {
        return tables(controls.upper(), 1L << INPUT_BITS);
    }

    private TableDump.Tables userTables() {
        return tables(controls.lower(), layout().taskSize());
    }

    private TableDump.Tables tables(Controls.Table table, long end) {
        long reached = (long) table.entries() << Descriptor.LEVEL_1_SHIFT;
        return new TableDump.Tables(setup.tables(), controls.isBigEndian(), table.root(), Math.min(reached, end));
    }

    /** By the tables of the process that runs, which have the kernel's part too. */
    @Override
    public boolean showPte(long address, Appendable out) throws IOException {
        if (controls.split() != 0) {
            return false;
        }
        ShowPte.write(setup.tables(), controls.isBigEndian(), controls.lower().root(), address, out);
        return true;
    }

    @Override
    public @Nullable WxReport checkWx() {
        return spaces().contains(KERNEL) ? TableDump.check(kernelTables()) : null;
    }
}
