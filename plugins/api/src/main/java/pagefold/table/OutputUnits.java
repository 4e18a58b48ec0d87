package pagefold.table;

import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Hex;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Rejection;

/**
 * Whether mappings are of whole leaves where only larger leaves than pages reach their outputs
 * ({@link TranslationRegime#unit}), and whether what cuts or moves them leaves them so.
 *
 * @param setup of the model, for messages
 */
record OutputUnits(ModelSetup setup, TranslationRegime regime, String space) {

    /** Whether a new region can lead where it does. */
    @Nullable
    Rejection mapped(Region region) {
        AddressRange range = region.range();
        if (regime.kind().isIdentity() && !region.output().equals(new Output.Physical(range.start()))) {
            return refused(range, "output", "the address itself as its output, in an identity map");
        }
        long pageSize = region.attributes().pageSize();
        if (pageSize != 0 && regime.pageSizes().isEmpty()) {
            return new Rejection.MissingCapability("HUGE_PAGES", setup.plugin(), setup.profile());
        }
        if (pageSize != 0 && !regime.pageSizes().contains(pageSize)) {
            String sizes = regime.pageSizes().stream().map(Hex::size).collect(Collectors.joining(", "));
            return refused(range, "page-size", "a page size of " + sizes + ", not " + Hex.size(pageSize));
        }
        if (!(region.output() instanceof Output.Physical(long address))) {
            return null;
        }
        long unit = regime.unit(address + (range.size() - 1), region.attributes());
        if (unit == regime.geometry().granule()) {
            return null;
        }
        if (unit == 0) {
            long last = address + (range.size() - 1);
            return refused(range, "output-out-of-range", "blocks, as no pages reach up to " + Hex.address(last));
        }
        long first = regime.unit(address, region.attributes());
        boolean fits = (range.start() & first - 1) == 0
                && (range.last() + 1 & unit - 1) == 0
                && ((range.start() ^ address) & unit - 1) == 0;
        return fits
                ? null
                : refused(
                        range,
                        "output-out-of-range",
                        "both ends and the output on a multiple of " + Hex.size(unit)
                                + " where only leaves of that size reach the output");
    }

    /** Whether no end of a range cuts a leaf that cannot be made smaller. */
    @Nullable
    Rejection cut(AddressRange range, @Nullable AddressSpace before) {
        if (before == null) {
            return null;
        }
        Rejection rejection = range.start() == 0 ? null : cut(range, range.start(), before);
        return rejection != null || range.last() == -1L ? rejection : cut(range, range.last() + 1, before);
    }

    private @Nullable Rejection cut(AddressRange range, long at, AddressSpace before) {
        Region region = before.at(at);
        if (region == null
                || region.range().start() == at
                || !(region.output() instanceof Output.Physical(long address))) {
            return null;
        }
        long unit = regime.unit(address + (at - region.range().start()), region.attributes());
        return (at & unit - 1) == 0
                ? null
                : refused(range, "misaligned", "a cut of " + region.range() + " on a multiple of " + Hex.size(unit));
    }

    /** Whether all that is mapped in a range can move by a distance. */
    @Nullable
    Rejection moved(AddressRange range, long distance, @Nullable AddressSpace before) {
        if (regime.kind().isIdentity() && distance != 0) {
            return refused(range, "output", "a place that it never leaves, in an identity map");
        }
        Region found = first(range, before, unit -> (distance & unit - 1) != 0);
        return found == null
                ? null
                : refused(found.range(), "misaligned", "a move by a multiple of " + Hex.size(unit(found)));
    }

    /** Whether all that is mapped in a range can have leaves of a size or smaller ones. */
    @Nullable
    Rejection split(AddressRange range, long leafSize, @Nullable AddressSpace before) {
        Region found = first(range, before, unit -> Long.compareUnsigned(unit, leafSize) > 0);
        return found == null
                ? null
                : refused(
                        found.range(),
                        "leaf-size",
                        "leaves of " + Hex.size(unit(found)) + " or more, not " + Hex.size(leafSize)
                                + ", since no others reach the output");
    }

    private long unit(Region region) {
        return region.output() instanceof Output.Physical(long address)
                ? regime.unit(address + (region.range().size() - 1), region.attributes())
                : 1;
    }

    private @Nullable Region first(AddressRange range, @Nullable AddressSpace before, LongPredicate isWrong) {
        Region[] found = new Region[1];
        if (before != null) {
            before.forEachIn(range, region -> {
                if (found[0] == null && isWrong.test(unit(region))) {
                    found[0] = region;
                }
            });
        }
        return found[0];
    }

    private Rejection refused(AddressRange range, String reason, String expected) {
        return new Rejection.NotRepresentable(setup.profile(), space, range, reason, expected);
    }
}
