package pagefold.server.wire;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;

/** Events and commands of every type, with values from all over their ranges. */
public final class RandomModel {
    private static final List<String> TEXTS =
            List.of("", "a", "brk", "\"quoted\\\"", "tab\tnew\nline\u0000nul", "größer €", "\uD83D\uDE00", "\u2028");
    private static final String NAME_LETTERS = "abcxyzABCXYZ019._-";

    private final RandomGenerator random;

    /** Values that follow from {@code random} alone. */
    public RandomModel(RandomGenerator random) {
        this.random = random;
    }

    /** An event of one of the types. */
    public MemoryEvent event() {
        return switch (random.nextInt(15)) {
            case 0 -> new MemoryEvent.SpaceCreated(name(), one(SpaceKind.values()));
            case 1 -> new MemoryEvent.SpaceDestroyed(name());
            case 2 -> new MemoryEvent.RangeMapped(name(), range(), output(), attributes());
            case 3 -> new MemoryEvent.RangeUnmapped(name(), range());
            case 4 -> new MemoryEvent.RangeProtected(name(), range(), permissions());
            case 5 -> new MemoryEvent.RangeMoved(name(), range(), range());
            case 6 -> new MemoryEvent.SpaceForked(name(), name());
            case 7 -> new MemoryEvent.RangeTouched(name(), range(), one(Access.values()), one(Privilege.values()));
            case 8 -> new MemoryEvent.RangeAged(name(), range());
            case 9 -> new MemoryEvent.RangeWriteProtected(name(), range());
            case 10 -> new MemoryEvent.RangeRelaxed(name(), range(), permissions());
            case 11 -> new MemoryEvent.RangeSplit(name(), range(), leafSize());
            case 12 ->
                new MemoryEvent.PluginSelected(binding(), random.nextBoolean() ? "0123456789abcdef".repeat(4) : null);
            case 13 -> kernelEvent();
            default -> new MemoryEvent.Annotated(nameOrNull(), text());
        };
    }

    /** A command of one of the types. */
    public MemoryCommand command() {
        return switch (random.nextInt(15)) {
            case 0 -> new MemoryCommand.CreateSpace(name(), one(SpaceKind.values()));
            case 1 -> new MemoryCommand.DestroySpace(name());
            case 2 -> new MemoryCommand.MapRange(name(), range(), output(), attributes(), random.nextBoolean());
            case 3 -> new MemoryCommand.UnmapRange(name(), range(), random.nextBoolean());
            case 4 -> new MemoryCommand.ProtectRange(name(), range(), permissions());
            case 5 -> new MemoryCommand.MoveRange(name(), range(), range(), random.nextBoolean());
            case 6 -> new MemoryCommand.ForkSpace(name(), name());
            case 7 -> new MemoryCommand.TouchRange(name(), range(), one(Access.values()), one(Privilege.values()));
            case 8 -> new MemoryCommand.AgeRange(name(), range());
            case 9 -> new MemoryCommand.WriteProtectRange(name(), range());
            case 10 -> new MemoryCommand.RelaxRange(name(), range(), permissions());
            case 11 -> new MemoryCommand.SplitRange(name(), range(), leafSize());
            case 12 -> new MemoryCommand.SelectPlugin(binding());
            case 13 -> kernelCommand();
            default -> new MemoryCommand.Annotate(nameOrNull(), text());
        };
    }

    private MemoryEvent kernelEvent() {
        return switch (random.nextInt(9)) {
            case 5 -> new MemoryEvent.KernelAttached(name(), name());
            case 6 -> new MemoryEvent.KernelEntriesCopied(name(), range());
            case 7 -> new MemoryEvent.KernelTouched(name(), range(), one(Access.values()), one(Privilege.values()));
            case 8 -> new MemoryEvent.KernelEntriesProtected(name(), range(), permissions());
            case 3 -> new MemoryEvent.KernelCopied(name(), name(), range());
            case 0 -> new MemoryEvent.RangeChanged(name(), range(), attributes());
            case 1 -> new MemoryEvent.MemorySet(name(), range(), one(MemoryChange.values()), rangeOrNull());
            case 2 -> new MemoryEvent.RangeVacated(name(), range());
            default -> new MemoryEvent.RangeHotRemoved(name(), range());
        };
    }

    private MemoryCommand kernelCommand() {
        return switch (random.nextInt(7)) {
            case 4 -> new MemoryCommand.AttachKernel(name(), name());
            case 5 -> new MemoryCommand.CopyKernelEntries(name(), range());
            case 6 -> new MemoryCommand.ProtectKernelEntries(name(), range(), permissions());
            case 2 -> new MemoryCommand.CopyKernel(name(), name(), range());
            case 0 -> new MemoryCommand.ChangeRange(name(), range(), attributes());
            case 1 ->
                new MemoryCommand.UnmapRange(
                        name(), range(), random.nextBoolean(), one(MemoryCommand.UnmapPolicy.values()));
            default -> new MemoryCommand.SetMemory(name(), range(), one(MemoryChange.values()), rangeOrNull());
        };
    }

    /** What an import of a trace is made of: mostly mappings of files, now and then another. */
    public MemoryEvent ordinaryEvent(long number) {
        AddressRange range = AddressRange.ofSize(0x7f00_0000_0000L + (number << 12), 0x1000);
        return switch ((int) (number % 4)) {
            case 0, 1 ->
                new MemoryEvent.RangeMapped(
                        "17406",
                        range,
                        new Output.Backed("/usr/lib/x86_64-linux-gnu/libc.so.6", number << 12, Sharing.PRIVATE),
                        Attributes.user(Permissions.parse("rw-/rw-")));
            case 2 -> new MemoryEvent.RangeProtected("17406", range, Permissions.parse("r--/r--"));
            case 11 -> new MemoryEvent.RangeChanged(name(), range(), attributes());
            default -> new MemoryEvent.RangeUnmapped("17406", range);
        };
    }

    private <E> E one(E[] values) {
        return values[random.nextInt(values.length)];
    }

    private String name() {
        StringBuilder name = new StringBuilder("s");
        for (int left = random.nextInt(6); left > 0; left--) {
            name.append(NAME_LETTERS.charAt(random.nextInt(NAME_LETTERS.length())));
        }
        return name.toString();
    }

    private @Nullable String nameOrNull() {
        return random.nextBoolean() ? name() : null;
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size())) + TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private long address() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private long leafSize() {
        return Math.max(1, address() >>> 1);
    }

    private AddressRange range() {
        if (random.nextInt(16) == 0) {
            return new AddressRange(0, -1);
        }
        long one = address();
        long other = random.nextInt(8) == 0 ? -1 : address();
        return Long.compareUnsigned(one, other) <= 0 ? new AddressRange(one, other) : new AddressRange(other, one);
    }

    private @Nullable AddressRange rangeOrNull() {
        return random.nextBoolean() ? range() : null;
    }

    private Output output() {
        if (random.nextInt(8) == 0) {
            return new Output.Repeated("/" + name() + "ü€");
        }
        return random.nextBoolean()
                ? new Output.Physical(address())
                : new Output.Backed("/" + name() + "ü€", address() & Long.MAX_VALUE, one(Sharing.values()));
    }

    private Permissions permissions() {
        return new Permissions(random.nextInt(64));
    }

    private Attributes attributes() {
        Attributes attributes = new Attributes(
                permissions(),
                one(MemoryType.values()),
                one(Shareability.values()),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(16),
                random.nextBoolean(),
                random.nextBoolean());
        return random.nextInt(4) == 0 ? attributes.ofPages(1L << random.nextInt(63)) : attributes;
    }

    private PluginBinding binding() {
        return new PluginBinding(name(), "0.1.0", name(), one(Coarsening.values()));
    }
}
