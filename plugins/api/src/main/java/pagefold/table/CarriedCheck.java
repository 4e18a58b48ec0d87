package pagefold.table;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Hex;
import pagefold.model.MemoryEvent.KernelAttached;
import pagefold.model.MemoryEvent.KernelEntriesCopied;
import pagefold.model.MemoryEvent.KernelEntriesProtected;
import pagefold.model.MemoryEvent.KernelTouched;
import pagefold.model.MemoryEvent.WithKernel;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;

/**
 * Finds, before anything is written, what cannot happen to the kernel's half of a process's start table.
 *
 * <p>It looks at the words that are there: the tables must be those of the state before the event.
 */
final class CarriedCheck {
    private final ModelCheck all;
    private final ModelSetup setup;
    private final Map<String, ModelSpace> spaces;

    CarriedCheck(ModelCheck all, ModelSetup setup, Map<String, ModelSpace> spaces) {
        this.all = all;
        this.setup = setup;
        this.spaces = spaces;
    }

    /** A process and the kernel that it carries. */
    private record Both(ModelSpace process, ModelSpace kernel, AddressSpace state) {
        KernelEntries entries() {
            return kernel.table().entries();
        }

        /** The process's word. */
        long word(long address) {
            return entries().word(process.table(), address);
        }
    }

    @Nullable
    Rejection check(WithKernel event, Simulation before) {
        if (!all.regime(event.space(), before).carriesKernel()) {
            return new Rejection.MissingCapability("KERNEL_ENTRIES", setup.plugin(), setup.profile());
        }
        return switch (event) {
            case KernelAttached e -> all.vectors(e.space(), all.regime(e.space(), before));
            case KernelEntriesCopied e -> {
                KernelEntries entries = both(e, before).entries();
                yield misplaced(e.space(), e.range(), entries, entries.groupSize());
            }
            case KernelTouched e -> unreached(e, both(e, before));
            case KernelEntriesProtected e -> unprotected(e, both(e, before));
        };
    }

    private Both both(WithKernel event, Simulation before) {
        AddressSpace process = before.space(event.space());
        String name = process == null ? null : process.kernel();
        AddressSpace kernel = name == null ? null : before.space(name);
        ModelSpace carrier = spaces.get(event.space());
        ModelSpace carried = name == null ? null : spaces.get(name);
        if (kernel == null || carrier == null || carried == null) {
            throw new IllegalStateException(
                    "expected '" + event.space() + "' and the kernel that it carries, but one is not there");
        }
        return new Both(carrier, carried, kernel);
    }

    private @Nullable Rejection misplaced(String space, AddressRange range, KernelEntries entries, long unit) {
        if (!entries.input().contains(range)) {
            return all.refused(
                    space, range, "input-out-of-range", "addresses of the kernel's half, " + entries.input());
        }
        return range.isAligned(unit)
                ? null
                : all.refused(space, range, "misaligned", "both ends on a multiple of " + Hex.size(unit));
    }

    /** Entries at which hardware finds nothing are copied; at all others the access goes by the process's own. */
    private @Nullable Rejection unreached(KernelTouched e, Both both) {
        Rejection[] rejection = new Rejection[1];
        long[] copied = {-1};
        both.kernel.table().visit(e.range().start(), e.range().last(), (word, level, address) -> {
            long at = Long.compareUnsigned(address, e.range().start()) < 0
                    ? e.range().start()
                    : address;
            long group = at & -both.entries().groupSize();
            if (rejection[0] == null && group != copied[0] && both.entries().isMissing(both.word(at))) {
                copied[0] = group;
                rejection[0] = e.privilege() == Privilege.UNPRIVILEGED
                        ? stale(e, both, at, "an unprivileged access does not copy it")
                        : null;
            }
            if (rejection[0] == null) {
                boolean isSame =
                        group == copied[0] || both.word(at) == both.entries().word(at);
                rejection[0] = unreached(e, both, at, isSame);
            }
        });
        return rejection[0];
    }

    private @Nullable Rejection unreached(KernelTouched e, Both both, long at, boolean isSame) {
        long wanted = both.kernel.reader().translate(at, e.access(), e.privilege());
        if (Translation.isFault(wanted)) {
            return new Rejection.WrongMemory(
                    both.state.name(),
                    new AddressRange(at, at)
                            .widened(both.kernel.regime().geometry().granule()),
                    "an access to it faults (" + Translation.kind(wanted) + ") and no copy of an entry helps");
        }
        return isSame || both.process.reader().translate(at, e.access(), e.privilege()) == wanted
                ? null
                : stale(e, both, at, "the access goes by an old entry, which is not missing");
    }

    private static Rejection stale(WithKernel e, Both both, long at, String reason) {
        return new Rejection.StaleEntry(
                e.space(),
                at & -both.entries().size(),
                both.word(at),
                both.entries().word(at),
                reason);
    }

    private @Nullable Rejection unprotected(KernelEntriesProtected e, Both both) {
        KernelEntries entries = both.entries();
        TranslationRegime regime = both.kernel.regime();
        Rejection rejection = misplaced(e.space(), e.range(), entries, entries.size());
        if (rejection == null) {
            rejection = all.units(regime, both.state.name()).cut(e.range(), both.state);
        }
        Region region = rejection != null ? null : both.state.firstIn(e.range());
        while (rejection == null && region != null) {
            AddressRange part = region.range().intersection(e.range());
            rejection = part.isAligned(entries.size())
                    ? all.attributes(
                            regime, e.space(), part, region.attributes().withPermissions(e.permissions()))
                    : noSection(e, both, part.start());
            region = part.last() == e.range().last()
                    ? null
                    : both.state.firstIn(
                            new AddressRange(part.last() + 1, e.range().last()));
        }
        for (long at = e.range().start(); rejection == null; at += entries.size()) {
            rejection = entries.isSection(both.word(at)) ? null : noSection(e, both, at);
            if ((at | entries.size() - 1) == e.range().last()) {
                return rejection;
            }
        }
        return rejection;
    }

    private static Rejection noSection(KernelEntriesProtected e, Both both, long at) {
        return stale(e, both, at, "permissions are set in words of sections");
    }
}
