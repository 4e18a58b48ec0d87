package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;

/**
 * Simulated tables of hypervisors and guests against recorded runs of KVM's own code, as far as a sequence of calls is
 * one of commands.
 *
 * <p>A sequence is followed up to the first call that has no command: one that fails half-way, or that leaves an empty
 * table. Where KVM takes all of a block for a part of it, the command is one for all of it.
 */
class RecordedOperationsTest {
    private static final long READ = 4;
    private static final long WRITE = 2;
    private static final long EXECUTE = 1;
    private static final long DEVICE = 8;
    private static final int SOFTWARE_SHIFT = 55;

    /** One line: a word, then fields. */
    private record Line(String word, Map<String, String> fields) {
        static Line of(String text) {
            String[] parts = text.split(" ");
            Map<String, String> fields = new HashMap<>();
            for (String part : parts) {
                int equals = part.indexOf('=');
                if (equals > 0) {
                    fields.put(part.substring(0, equals), part.substring(equals + 1));
                }
            }
            return new Line(parts[0].equals("SEQ") ? parts[2] : parts[0], fields);
        }

        long hex(String name) {
            return Long.parseUnsignedLong(fields.getOrDefault(name, "0"), 16);
        }

        long number(String name) {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        }
    }

    /** What was followed to its end, and how many calls were. */
    private record Followed(int sequences, int calls) {}

    @ParameterizedTest
    @CsvSource({"12, 157, 2667", "16, 166, 2441"})
    void commands_leave_the_leaves_and_tables_that_kvms_calls_leave(int granuleBits, int sequences, int calls)
            throws IOException {
        Followed followed = follow(granuleBits);

        assertThat(followed.sequences).as("sequences followed to their end").isGreaterThanOrEqualTo(sequences);
        assertThat(followed.calls).as("calls followed").isGreaterThanOrEqualTo(calls);
    }

    private static Followed follow(int granuleBits) throws IOException {
        int sequences = 0;
        int calls = 0;
        Sequence open = null;
        Map<Long, Long> leaves = new TreeMap<>();
        for (String text : lines(granuleBits)) {
            Line line = Line.of(text);
            switch (line.word) {
                case "hyp", "s2" -> {
                    open = Sequence.open(line);
                    leaves.clear();
                }
                case "L" -> expand(line, granuleBits, leaves);
                case "END" -> {
                    if (open != null) {
                        assertThat(open.leaves()).isEqualTo(leaves);
                        sequences++;
                    }
                }
                default -> {
                    boolean isFollowed = open != null && open.follow(line);
                    calls += isFollowed ? 1 : 0;
                    open = isFollowed ? open : null;
                }
            }
        }
        return new Followed(sequences, calls);
    }

    private static List<String> lines(int granuleBits) throws IOException {
        String file = "/conformance/kvm-operations/linux517_kvm_pgtable_" + granuleBits + ".ops.gz";
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(CaptureReader.path(RecordedOperationsTest.class, file)))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    private static void expand(Line run, int granuleBits, Map<Long, Long> leaves) {
        long size = 1L << granuleBits + (granuleBits - 3) * (3 - (int) run.number("lvl"));
        for (long i = 0; i < run.number("n"); i++) {
            leaves.put(run.hex("ia") + i * size, run.hex("pte") + i * size);
        }
    }

    /** A simulation that follows one sequence. */
    private static final class Sequence implements TableListener {
        private final Bench bench;
        private final boolean isGuest;
        private final boolean blocks;
        private final long granule;
        private int broken;

        private Sequence(Bench bench, boolean isGuest, boolean blocks, long granule) {
            this.bench = bench;
            this.isGuest = isGuest;
            this.blocks = blocks;
            this.granule = granule;
            bench.listen(this);
        }

        /** Null where no profile has that size. */
        static @Nullable Sequence open(Line line) {
            int granuleBits = (int) line.number("page_shift");
            boolean isGuest = line.word.equals("s2");
            String pages = granuleBits == 12 ? "4k-" : "64k-";
            String forced = line.number("fwb") == 1 ? "-fwb" : "";
            String name =
                    isGuest ? pages + "48-ipa" + line.number("ipa_bits") + forced : pages + line.number("va_bits");
            return Arm64Plugin.find(name) == null
                    ? null
                    : new Sequence(
                            new Bench(name, isGuest ? SpaceKind.STAGE2 : SpaceKind.HYP),
                            isGuest,
                            line.number("force_pte") == 0,
                            1L << granuleBits);
        }

        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            broken += Descriptor.isValid(oldWord) && !Descriptor.isValid(newWord) ? 1 : 0;
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {}

        @Override
        public void invalidatedAll(String space) {}

        private AddressSpace space() {
            return Objects.requireNonNull(bench.state().space(Bench.SPACE));
        }

        /** Does what a call did; false where no command is the same. */
        boolean follow(Line line) {
            broken = 0;
            boolean isFollowed = line.number("ret") == 0
                    ? switch (line.word) {
                        case "s2_map", "hyp_map" -> map(line);
                        case "s2_unmap" -> unmap(line);
                        case "hyp_unmap" -> unmapPrefix(line);
                        case "s2_wrprotect" -> writeProtect(line);
                        case "s2_relax" -> relax(line);
                        case "s2_mkyoung" -> age(line, false);
                        case "s2_mkold" -> age(line, true);
                        default -> throw new AssertionError("expected a call, but it is " + line);
                    }
                    : changesNothing(line);
            if (isFollowed) {
                assertThat(liveTables()).as("live tables after " + line).isEqualTo(line.number("tables"));
            }
            return isFollowed;
        }

        /** A call that is refused for its protection or its range. */
        private boolean changesNothing(Line line) {
            long protection = line.hex("prot");
            boolean device = (protection & DEVICE) != 0;
            boolean execute = (protection & EXECUTE) != 0;
            boolean isRefused =
                    device && execute || !isGuest && ((protection & READ) == 0 || execute && (protection & WRITE) != 0);
            return line.word.equals("s2_relax")
                    || line.number("ret") == -34 && !line.word.equals("s2_map")
                    || line.word.endsWith("_map") && isRefused;
        }

        private static AddressRange range(Line line, long granule) {
            long start = line.hex("ia") & -granule;
            return AddressRange.ofSize(start, line.hex("size") + granule - 1 & -granule);
        }

        private boolean map(Line line) {
            AddressRange range = range(line, granule);
            Permissions permissions = permissions(line.hex("prot"));
            if (permissions.isNone() || !isGuest && space().firstIn(range) != null) {
                return false;
            }
            boolean isFree = space().firstIn(range) == null;
            if (cutsBlocks(range)) {
                // KVM loses the rest of a block that a mapping overlaps.
                bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, leaf(range.start()), true));
                bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, leaf(range.last()), true));
            }
            Attributes attributes = new Attributes(
                    permissions,
                    (line.hex("prot") & DEVICE) != 0 ? MemoryType.DEVICE_NGNRE : MemoryType.NORMAL_WB,
                    Shareability.INNER_SHAREABLE,
                    true,
                    false,
                    (int) (line.hex("prot") >>> SOFTWARE_SHIFT) & 15,
                    blocks,
                    false);
            Output output = new Output.Physical(line.hex("pa") & -granule);
            assertThat(bench.run(new MemoryCommand.MapRange(Bench.SPACE, range, output, attributes, true)))
                    .isNull();
            if (isFree) {
                assertThat(broken).as("words broken by " + line).isZero();
                assertThat(line.number("tlbi")).isZero();
            }
            return true;
        }

        private Permissions permissions(long protection) {
            String letters = ((protection & READ) != 0 ? "r" : "-")
                    + ((protection & WRITE) != 0 ? "w" : "-")
                    + ((protection & EXECUTE) != 0 ? "x" : "-");
            return Permissions.parse(letters + "/" + (isGuest ? letters : "---"));
        }

        /** Whether a leaf lies across an end of the range. */
        private boolean cutsBlocks(AddressRange range) {
            return !leaf(range.start()).equals(leaf(range.start()).intersection(range))
                    || !leaf(range.last()).equals(leaf(range.last()).intersection(range));
        }

        private AddressRange wholeLeaves(AddressRange range) {
            long start = Math.min(range.start(), leaf(range.start()).start());
            return new AddressRange(
                    start, Math.max(range.last(), leaf(range.last()).last()));
        }

        /** What the leaf at an address translates; a page where there is none. */
        private AddressRange leaf(long address) {
            Walk.Step last = bench.walk(address).steps().getLast();
            long size = Descriptor.isValid(last.word())
                    ? 1L
                            << Long.numberOfTrailingZeros(granule)
                                    + (Long.numberOfTrailingZeros(granule) - 3) * (3 - last.level())
                    : granule;
            return AddressRange.ofSize(address & -size, size);
        }

        private boolean unmap(Line line) {
            bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, wholeLeaves(range(line, granule)), true));
            assertThat(2 * broken).as("TLBI of " + line).isEqualTo(line.number("tlbi"));
            return true;
        }

        /** The hypervisor's unmap ends at the first hole, and then leaves a table there that has become empty. */
        private boolean unmapPrefix(Line line) {
            long bytes = line.hex("unmapped");
            if (bytes != 0) {
                AddressRange range = AddressRange.ofSize(line.hex("ia") & -granule, bytes);
                if (cutsBlocks(range)) {
                    return false;
                }
                long before = liveTables();
                bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, range, false));
                if (bytes != range(line, granule).size() && liveTables() != before) {
                    return false;
                }
            }
            assertThat(broken).as("TLBI of " + line).isEqualTo(line.number("tlbi"));
            return true;
        }

        private boolean writeProtect(Line line) {
            AddressRange range = wholeLeaves(range(line, granule));
            List<Region> parts = new ArrayList<>();
            space().forEachIn(range, parts::add);
            parts.forEach(part -> bench.run(new MemoryCommand.WriteProtectRange(Bench.SPACE, part.range())));
            return true;
        }

        private boolean relax(Line line) {
            long address = line.hex("ia") & -granule;
            if (space().at(address) != null) {
                bench.run(new MemoryCommand.RelaxRange(Bench.SPACE, leaf(address), permissions(line.hex("prot"))));
            }
            return true;
        }

        private boolean age(Line line, boolean isOld) {
            long address = line.hex("ia") & -granule;
            Region region = space().at(address);
            long word = region == null ? 0 : bench.word(address);
            assertThat(Long.toHexString(word)).as("word before " + line).isEqualTo(Long.toHexString(line.hex("pte")));
            if (region == null) {
                return true;
            }
            AddressRange leaf = leaf(address);
            boolean isReadable = region.attributes().permissions().allows(Access.READ, Privilege.PRIVILEGED);
            if (!isOld && !isReadable) {
                return false;
            }
            bench.run(
                    isOld
                            ? new MemoryCommand.AgeRange(Bench.SPACE, leaf)
                            : new MemoryCommand.TouchRange(Bench.SPACE, leaf, Access.READ, Privilege.PRIVILEGED));
            return true;
        }

        /** KVM does not count a start table of several pages. */
        private long liveTables() {
            int tables = bench.model.tables(Bench.SPACE).size();
            long bytes = bench.model.statistics().spaces().getFirst().tableBytes();
            return bytes > tables * granule ? tables - 1 : tables;
        }

        Map<Long, Long> leaves() {
            Map<Long, Long> leaves = new TreeMap<>();
            for (TableView shown : bench.model.tables(Bench.SPACE)) {
                TableView table = Objects.requireNonNull(bench.model.table(shown.address()));
                long size = (table.last() - table.start()) / table.words().length + 1;
                for (int i = 0; i < table.words().length; i++) {
                    long word = table.words()[i];
                    if (Descriptor.isValid(word) && !Descriptor.isTable(word, table.level())) {
                        leaves.put(table.start() + i * size, word);
                    }
                }
            }
            return leaves;
        }
    }
}
