package pagefold.table;

import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.Rejection;
import pagefold.model.Simulation;

/** Finds, before anything is written, whether there is room for the pages that a write copies. */
final class WriteCheck {
    /** What a rejection names that holds whatever room there is. */
    static final String COPIED_PAGES = "pages copied by one write";

    private final ModelCheck all;
    private final TableRoom tables;
    private final FrameRoom frames;

    WriteCheck(ModelCheck all, TableRoom tables, FrameRoom frames) {
        this.all = all;
        this.tables = tables;
        this.frames = frames;
    }

    @Nullable
    Rejection check(RangeTouched e, Simulation before) {
        AddressSpace space = before.space(e.space());
        if (e.access() != Access.WRITE || space == null) {
            return null;
        }
        TranslationRegime regime = all.regime(e.space(), before);
        Rejection[] rejection = {all.cut(e.space(), regime, e.range(), before)};
        long[] copied = new long[1];
        space.forEachIn(e.range(), region -> {
            if (CopyOnWrite.isCopyOnWrite(region) && rejection[0] == null) {
                boolean isHuge = region.attributes().isHuge();
                long page = isHuge
                        ? region.attributes().pageSize()
                        : regime.geometry().granule();
                AddressRange pages = region.range().widened(page);
                copied[0] += pages.size() >>> regime.geometry().granuleBits();
                rejection[0] = copied[0] > CopyOnWrite.MAX_PAGES
                        ? new Rejection.LimitExceeded(COPIED_PAGES, CopyOnWrite.MAX_PAGES, copied[0])
                        : frames.take(isHuge ? 2 * pages.size() : pages.size());
                if (rejection[0] == null && !isHuge) {
                    // Every page becomes one of its own, which leaves no block whole; but a huge page stays one.
                    rejection[0] = tables.map(e.space(), regime, pages, ModelCheck.COPIES, ModelCheck.PAGES);
                }
            }
        });
        return rejection[0];
    }
}
