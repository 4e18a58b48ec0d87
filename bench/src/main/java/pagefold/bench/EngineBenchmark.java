package pagefold.bench;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm64.Arm64Plugin;
import pagefold.model.Access;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.ModelSetup;
import pagefold.table.PageTable;
import pagefold.table.TableFormat;
import pagefold.table.TableMemory;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/**
 * The engine on 262,144 pages (1 GiB of 4K pages, 4 GiB of 16K, 16 GiB of 64K), one thread: the figures are nanoseconds a
 * page (a translation), and for the dumps milliseconds for 262,144 leaves.
 *
 * <p>One command for all of it, with the bytes that each operation allocates:
 * {@code java -jar bench/target/benchmarks.jar EngineBenchmark -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {
    private static final int PAGES = 1 << 18;
    private static final int PROBES = 1 << 16;

    /** Tables with all pages mapped alike, others with pages that take turns, and some to try with. */
    @State(Scope.Thread)
    public static class Tables {
        /** The tables: 64-bit words for each granule, or Linux's pairs of 32-bit words in two levels. */
        @Param({"arm64:4k-48", "arm64:16k-48", "arm64:64k-48", "arm32:lpae", "arm32:classic"})
        private String profile = "arm64:4k-48";

        private TableFormat format;
        private long granule;
        private long start;
        private long last;
        private long output;
        private long readWrite;
        private long readOnly;
        private PageTable same;
        private PageTable scratch;
        private TableReader reader;
        private TableReader readerOfLines;
        private long[] probes;

        /** Maps. */
        @Setup(Level.Trial)
        public void map() {
            ModelSetup setup = setup(profile);
            TranslationRegime regime = setup.regimes().get(SpaceKind.USER);
            format = regime.format();
            granule = 1L << setup.granuleBits();
            start = profile.startsWith("arm64") ? 0x40_0000_0000L : 0x4000_0000L;
            last = start + PAGES * granule - 1;
            output = setup.frameBase();
            TableMemory memory = new TableMemory(setup.tableBase(), setup.granuleBits(), setup.tableLimit());
            readWrite = regime.leafBits(Attributes.user(Permissions.parse("rw-/rw-")));
            readOnly = regime.leafBits(Attributes.user(Permissions.parse("r--/r-x")));
            same = new PageTable("same", memory, regime);
            mapAll(same);
            reader = regime.reader(memory, same.root());
            PageTable lines = new PageTable("lines", memory, regime);
            for (int i = 0; i < PAGES; i++) {
                mapPage(lines, i, i % 2 == 0 ? readWrite : readOnly);
            }
            readerOfLines = regime.reader(memory, lines.root());
            scratch = new PageTable("scratch", memory, regime);
            probes = new SplittableRandom(1)
                    .longs(PROBES, 0, PAGES * granule)
                    .map(offset -> start + offset)
                    .toArray();
        }

        private static ModelSetup setup(String profile) {
            String name = profile.substring(profile.indexOf(':') + 1);
            return profile.startsWith("arm64")
                    ? Arm64Plugin.setup(name, Coarsening.REJECT)
                    : Arm32Plugin.setup(name, Coarsening.REJECT);
        }

        void mapAll(PageTable into) {
            into.map(start, last, output, readWrite, false, false);
        }

        void mapPage(PageTable into, long page, long bits) {
            long at = start + page * granule;
            into.map(at, at + granule - 1, output + page * granule, bits, false, false);
        }
    }

    /** Nothing is mapped before every measurement. JMH makes tables of its own for a state that asks for some. */
    @State(Scope.Thread)
    public static class Empty {
        private Tables tables = new Tables();

        /** Unmaps what the last one left. */
        @Setup(Level.Invocation)
        public void unmap(Tables own) {
            tables = own;
            tables.scratch.unmap(tables.start, tables.last);
        }
    }

    /** All is mapped before every measurement. */
    @State(Scope.Thread)
    public static class Full {
        private Tables tables = new Tables();

        /** Maps what the last one unmapped. */
        @Setup(Level.Invocation)
        public void map(Tables own) {
            tables = own;
            tables.scratch.unmap(tables.start, tables.last);
            tables.mapAll(tables.scratch);
        }
    }

    /** Maps all pages in one call. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapInOneCall(Empty empty) {
        empty.tables.mapAll(empty.tables.scratch);
    }

    /** Maps page by page. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapPageByPage(Empty empty) {
        Tables tables = empty.tables;
        for (int page = 0; page < PAGES; page++) {
            tables.mapPage(tables.scratch, page, tables.readWrite);
        }
    }

    /** Unmaps all pages in one call. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void unmapInOneCall(Full full) {
        full.tables.scratch.unmap(full.tables.start, full.tables.last);
    }

    /** Makes all pages read-only and writable again: two changes a page. */
    @Benchmark
    @OperationsPerInvocation(2 * PAGES)
    public void protectInOneCall(Tables tables) {
        TableFormat format = tables.format;
        long readOnly = tables.readOnly;
        long readWrite = tables.readWrite;
        tables.same.update(tables.start, tables.last, true, (word, level, address) -> format.modified(word, readOnly));
        tables.same.update(tables.start, tables.last, true, (word, level, address) -> format.modified(word, readWrite));
    }

    /** Random reads with all checks. */
    @Benchmark
    @OperationsPerInvocation(PROBES)
    public long translate(Tables tables) {
        TableReader reader = tables.reader;
        long sum = 0;
        for (long probe : tables.probes) {
            sum += reader.translate(probe, Access.READ, Privilege.UNPRIVILEGED);
        }
        return sum;
    }

    /** The text of tables whose leaves make one line. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int dump(Tables tables) throws IOException {
        return text(tables.reader);
    }

    /** The text of tables whose leaves make a line each. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int dumpOfALineForEachLeaf(Tables tables) throws IOException {
        return text(tables.readerOfLines);
    }

    private static int text(TableReader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        reader.dump(text);
        return text.length();
    }
}
