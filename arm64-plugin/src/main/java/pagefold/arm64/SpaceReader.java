package pagefold.arm64;

import java.io.IOException;
import pagefold.arm64.capture.Markers;
import pagefold.arm64.capture.TableDump;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.Request;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage1Range;
import pagefold.arm64.walk.TableRange;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.arm64.walk.WalkReport;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;
import pagefold.table.Walk;

/** Reads the tables of one space with the registers that its profile stands for. */
final class SpaceReader implements TableReader {
    private final PhysicalMemory memory;
    private final Vmsa64Geometry geometry;
    private final long root;
    private final long base;
    private final Markers markers;
    private final int builtInputBits;
    private final TranslationWalker walker;

    SpaceReader(StageOneProfile profile, SpaceKind kind, PhysicalMemory memory, long root) {
        boolean isKernel = kind == SpaceKind.KERNEL;
        this.memory = memory;
        this.root = isKernel ? root + profile.upperRootOffset() : root;
        this.builtInputBits = profile.builtInputBits();
        this.geometry = Vmsa64Geometry.stage1(profile.granuleBits(), profile.inputBits(), profile.encoding());
        this.base = isKernel ? -1L << profile.inputBits() : 0;
        this.markers = isKernel
                ? Markers.kernel(profile.inputBits(), profile.granuleBits(), profile.fixmapStart())
                : Markers.user();
        TableRange tables = TableRange.of(geometry, this.root, profile.outputBits());
        boolean updates = profile.hardwareDirty();
        Stage1.Controls controls = Stage1.Controls.of(MemoryAttributes.MAIR, updates, updates);
        Stage1 regime = isKernel
                ? Stage1.twoRanges(null, Stage1Range.upper(tables, Stage1Range.Controls.KERNEL), controls)
                : Stage1.twoRanges(Stage1Range.lower(tables, Stage1Range.Controls.USER), null, controls);
        this.walker = new TranslationWalker(regime, null, memory);
    }

    @Override
    public long translate(long address, Access access, Privilege privilege) {
        return walker.translate(address, access, privilege);
    }

    @Override
    public Walk walk(long address, Access access, Privilege privilege) {
        return WalkReport.of(walker, address, Request.of(access, privilege), builtInputBits);
    }

    @Override
    public void dump(Appendable out) throws IOException {
        TableDump.stage1(geometry, false, builtInputBits).write(memory, root, base, markers, out);
    }
}
