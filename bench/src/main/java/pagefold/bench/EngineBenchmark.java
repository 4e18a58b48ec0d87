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
    private static final long BYTES = (long) PAGES << 12;
    private static final int PROBES = 1 << 16;

    /** The tables: 64-bit words in four levels or three, or Linux's pairs of 32-bit words in two. */
    @Param({"arm64:4k-48", "arm32:lpae", "arm32:classic"})
    public String profile = "";

    private long start;
    private long last;
    private long output;
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
        ModelSetup setup = setup(profile);
        // Frames of 1 GiB at the top of what is free, which is 2.75 GiB for 32-bit addresses.
        start = profile.startsWith("arm64") ? 0x7f00_0000_0000L : 0x4000_0000L;
        last = start + BYTES - 1;
        output = setup.frameBase();
        regime = setup.regimes().get(SpaceKind.USER);
        memory = new TableMemory(setup.tableBase(), setup.granuleBits(), setup.tableLimit());
        readWrite = regime.leafBits(Attributes.user(Permissions.parse("rw-/rw-")));
        readOnly = regime.leafBits(Attributes.user(Permissions.parse("r--/r--")));
        table = new PageTable("bench", memory, regime);
        table.map(start, last, output, readWrite, false, false);
        scratch = new PageTable("scratch", memory, regime);
        reader = regime.reader(memory, table.root());
        probes = new SplittableRandom(1)
                .longs(PROBES, 0, BYTES)
                .map(offset -> start + offset)
                .toArray();
    }

    private static ModelSetup setup(String profile) {
        return switch (profile) {
            case "arm32:lpae" -> Arm32Plugin.setup("lpae", Coarsening.REJECT);
            case "arm32:classic" -> Arm32Plugin.setup("classic", Coarsening.REJECT);
            default -> Arm64Plugin.setup("4k-48", Coarsening.REJECT);
        };
    }

    /** Maps all pages in one call, and unmaps them in one. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapAndUnmapInOneCall() {
        scratch.map(start, last, output, readWrite, false, false);
        scratch.unmap(start, last);
    }

    /** Maps page by page, and unmaps all in one call. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public void mapPageByPage() {
        for (long page = 0; page < BYTES; page += 4096) {
            scratch.map(start + page, start + page + 4095, output + page, readWrite, false, false);
        }
        scratch.unmap(start, last);
    }

    /** Makes all pages read-only and writable again: two changes a page. */
    @Benchmark
    @OperationsPerInvocation(2 * PAGES)
    public void protectInOneCall() {
        table.update(
                start, last, true, (word, level, address) -> regime.format().modified(word, readOnly));
        table.update(
                start, last, true, (word, level, address) -> regime.format().modified(word, readWrite));
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
