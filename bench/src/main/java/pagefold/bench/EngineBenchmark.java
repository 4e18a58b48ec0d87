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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pagefold.arm64.Arm64Plugin;
import pagefold.model.Access;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.ModelSetup;
import pagefold.table.PageTable;
import pagefold.table.TableMemory;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/**
 * The engine on 1 GiB of 4K pages, one thread: the figures are nanoseconds a page (a translation), and for the dump
 * milliseconds for 262,144 leaves.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {
    private static final int PAGES = 1 << 18;
    private static final long START = 0x7f00_0000_0000L;
    private static final long OUTPUT = 0x1_0000_0000L;
    private static final long LAST = START + ((long) PAGES << 12) - 1;
    private static final int PROBES = 1 << 16;

    private TranslationRegime regime;
    private TableMemory memory;
    private PageTable table;
    private PageTable scratch;
    private TableReader reader;
    private long readWrite;
    private long readOnly;
    private long[] probes;

    /** Tables with 1 GiB mapped, and empty ones. */
    @Setup(Level.Trial)
    public void map() {
        ModelSetup setup = Arm64Plugin.setup("4k-48", Coarsening.REJECT);
        regime = setup.regimes().get(SpaceKind.USER);
        memory = new TableMemory(setup.tableBase(), setup.granuleBits(), setup.tableLimit());
        readWrite = regime.leafBits(Attributes.user(Permissions.parse("rw-/rw-")));
        readOnly = regime.leafBits(Attributes.user(Permissions.parse("r--/r--")));
        table = new PageTable("bench", memory, regime);
        table.map(START, LAST, OUTPUT, readWrite, false, false);
        scratch = new PageTable("scratch", memory, regime);
        reader = regime.reader(memory, table.root());
        probes = new SplittableRandom(1)
                .longs(PROBES, 0, (long) PAGES << 12)
                .map(offset -> START + offset)
                .toArray();
    }

    /** Maps all pages in one call, and unmaps them in one. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapAndUnmapInOneCall() {
        scratch.map(START, LAST, OUTPUT, readWrite, false, false);
        scratch.unmap(START, LAST);
    }

    /** Maps page by page, and unmaps all in one call. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapPageByPage() {
        for (long page = 0; page < (long) PAGES << 12; page += 4096) {
            scratch.map(START + page, START + page + 4095, OUTPUT + page, readWrite, false, false);
        }
        scratch.unmap(START, LAST);
    }

    /** Makes all pages read-only and writable again: two changes a page. */
    @Benchmark
    @OperationsPerInvocation(2 * PAGES)
    public void protectInOneCall() {
        table.update(
                START, LAST, true, (word, level, address) -> regime.format().modified(word, readOnly));
        table.update(
                START, LAST, true, (word, level, address) -> regime.format().modified(word, readWrite));
    }

    /** Random reads with all checks. */
    @Benchmark
    @OperationsPerInvocation(PROBES)
    public long translate() {
        long sum = 0;
        for (long probe : probes) {
            sum += reader.translate(probe, Access.READ, Privilege.UNPRIVILEGED);
        }
        return sum;
    }

    /** The text of all tables. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public int dump() throws IOException {
        StringBuilder text = new StringBuilder();
        reader.dump(text);
        return text.length();
    }
}
