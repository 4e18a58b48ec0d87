package pagefold.server.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNetwork;
import pagefold.server.stress.FaultKind;
import pagefold.server.stress.StressJson;
import pagefold.server.stress.StressOptions;
import pagefold.server.stress.StressPage;
import pagefold.server.stress.StressReport;
import pagefold.server.stress.StressRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Puts servers that share a log under load, makes them fail, and checks every acknowledgement. */
@Command(
        name = "stress",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = {
            "Puts servers under load, makes them fail meanwhile, and checks every acknowledgement at the end.",
            "",
            "Examples:",
            "  pagefold stress --kill --pause                       a cluster of three of its own, with PostgreSQL",
            "  pagefold stress -n 1 --seconds 20 --heads 0          throughput and latency of one",
            "  pagefold stress --partition 4 --simulations 4        the network between its servers fails",
            "  pagefold stress --kill 3 --restart-database --seed 7 --report stress",
            "  pagefold stress --simulations 10000 --regions 1000 --users 200 --rest 100 --join --report spread",
            "  pagefold stress --kill --pause --seeds 10            ten seeds, and a line for each at the end",
            "  pagefold stress --servers http://a:8080,http://b:8080 --swap-plugins 2",
            "",
            "The same seed gives the same users, faults and targets; how they meet is up to the machine. Exit code 1",
            "when an acknowledged event is lost, written twice or changed, a valid request was refused, servers disagree,",
            "or what clients saw of a log's head was no order of events.",
            ""
        })
final class StressVerb implements Callable<Integer> {
    private static final int MAX_SEEDS = 10_000;

    @Mixin
    private LocalClusterOptions local = new LocalClusterOptions();

    @Option(
            names = "--servers",
            paramLabel = "URL",
            split = ",",
            description = "Servers that are there, with one log; instead of those of its own.")
    private List<URI> servers = List.of();

    @Mixin
    private TokenOption token = new TokenOption();

    @Mixin
    private WorkloadOptions work = new WorkloadOptions(32, 8);

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(
            names = "--heads",
            paramLabel = "COUNT",
            defaultValue = "1",
            description =
                    "Simulations whose head four more users append to and read, each over another server; what they"
                            + " see is checked for linearizability (${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            defaultValue = "1",
            description =
                    "Runs one after the other, on the same servers, with this seed and those behind it; ends with a"
                            + " line for each (${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--seconds",
            paramLabel = "COUNT",
            defaultValue = "30",
            description = "At least; it goes on until the last fault is got over (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--operations",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Of each user; it ends when all have done so many (${DEFAULT-VALUE}: no limit).")
    private int operations;

    @Option(
            names = "--kill",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "kill -9 of a server, which is started again some seconds later.")
    private int kill;

    @Option(
            names = "--pause",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "A server is stopped (SIGSTOP) for 12 s and goes on.")
    private int pause;

    @Option(
            names = "--restart",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "A server ends in order (SIGTERM) and is started again.")
    private int restart;

    @Option(
            names = "--restart-database",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "The database ends, in order or as in a crash, and is started again.")
    private int restartDatabase;

    @Option(
            names = "--partition",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description =
                    "A server and the others do not hear of each other for 12 s: both ways, one way, on one link, or"
                            + " off and on.")
    private int partition;

    @Option(
            names = "--partition-by",
            paramLabel = "MEANS",
            description =
                    "netns: servers in network namespaces, which takes root; proxy: TCP proxies between them (netns"
                            + " where that can be).")
    private LocalNetwork.@Nullable Means partitionBy;

    @Option(
            names = "--swap-plugins",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "A simulation gets another profile.")
    private int swapPlugins;

    @Option(
            names = "--join",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "TIMES",
            defaultValue = "0",
            description = "One more server is started and stays; not one request may fail meanwhile.")
    private int join;

    @Option(
            names = "--regions",
            paramLabel = "COUNT",
            defaultValue = "0",
            description =
                    "Regions that each simulation has before the users begin, up to 4000; the report says what they"
                            + " take (${DEFAULT-VALUE}).")
    private int regions;

    @Option(
            names = "--rest",
            paramLabel = "MILLIS",
            defaultValue = "0",
            description = "How long users rest behind each thing that they do (${DEFAULT-VALUE}).")
    private int rest;

    @Option(
            names = "--attempt",
            paramLabel = "MILLIS",
            defaultValue = "5000",
            description = "How long a server may take to answer before the next one is asked (${DEFAULT-VALUE}).")
    private int attempt;

    @Option(
            names = "--patience",
            paramLabel = "MILLIS",
            defaultValue = "60000",
            description = "How long a request is repeated before its outcome counts as unknown (${DEFAULT-VALUE}).")
    private int patience;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            defaultValue = "stress",
            description = "What the names of the simulations begin with (${DEFAULT-VALUE}).")
    private String prefix = "";

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Writes the report to FILE.json and as a page to FILE.html; with --seeds, to FILE-SEED.json and so on.")
    private @Nullable Path report;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<StressOptions> runs = new ArrayList<>();
        if (seeds < 1 || seeds > MAX_SEEDS) {
            throw CliFailure.usage("expected 1 to " + MAX_SEEDS + " --seeds, but found " + seeds);
        }
        for (int i = 0; i < seeds; i++) {
            runs.add(options(work.seed + i));
        }
        List<StressReport> done = new ArrayList<>();
        try (UntilTold _ = new UntilTold(Thread.currentThread()::interrupt)) {
            if (servers.isEmpty()) {
                onOwn(runs, done);
            } else {
                run(servers, null, runs, done);
            }
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the stress run did not end: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliFailure(ExitCodes.UNREACHABLE, "interrupted");
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        } finally {
            if (seeds > 1 && !output.isJson()) {
                summarize(done);
            }
        }
        return done.stream().allMatch(StressReport::passes) ? ExitCodes.OK : ExitCodes.NO;
    }

    private StressOptions options(long seed) {
        Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
        faults.put(FaultKind.KILL, kill);
        faults.put(FaultKind.PAUSE, pause);
        faults.put(FaultKind.RESTART, restart);
        faults.put(FaultKind.RESTART_DATABASE, restartDatabase);
        faults.put(FaultKind.SWAP_PLUGINS, swapPlugins);
        faults.put(FaultKind.JOIN, join);
        faults.put(FaultKind.PARTITION, partition);
        try {
            return new StressOptions(
                    Texts.name("simulation", seeds == 1 ? prefix : prefix + "-" + seed),
                    token.orNull(),
                    new StressOptions.Shape(work.users, work.simulations, heads, work.mix(), seed, regions, rest),
                    new StressOptions.Length(seconds, operations),
                    faults,
                    new StressOptions.Patience(attempt, patience));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private void onOwn(List<StressOptions> runs, List<StressReport> done) throws IOException, InterruptedException {
        LocalCluster.Options wanted = local.at(0);
        talk("starting PostgreSQL and " + wanted.nodes() + " servers");
        try (LocalCluster cluster =
                partition > 0 ? LocalCluster.startOnNetwork(wanted, partitionBy) : LocalCluster.start(wanted)) {
            LocalNetwork network = cluster.network();
            if (network != null) {
                talk("what the servers send to each other goes over " + network.description());
            }
            run(servers, cluster, runs, done);
        }
    }

    private void run(List<URI> uris, @Nullable LocalCluster cluster, List<StressOptions> runs, List<StressReport> done)
            throws IOException, InterruptedException {
        for (StressOptions each : runs) {
            List<URI> now = cluster == null ? uris : cluster.servers();
            StressOptions options = cluster == null ? each : each.withToken(cluster.token());
            try (StressRun run = new StressRun(now, cluster, options, this::talk)) {
                talk("running with seed " + options.shape().seed());
                StressReport report = run.run();
                done.add(report);
                write(report);
                if (output.isJson()) {
                    say("%s", StressJson.of(report));
                } else {
                    show(report);
                }
            }
        }
    }

    private void write(StressReport done) throws IOException {
        Path file = report;
        if (file != null) {
            String name = file.getFileName() + (seeds == 1 ? "" : "-" + done.seed());
            Files.writeString(file.resolveSibling(name + ".json"), StressJson.of(done));
            Files.writeString(file.resolveSibling(name + ".html"), StressPage.of(done));
        }
    }

    private void summarize(List<StressReport> reports) {
        TextTable table = new TextTable(
                "SEED", "COMMANDS", "LOST", "DUPLICATED", "UNKNOWN", "TABLES", "HEADS", "LONGEST WAIT ms", "VERDICT");
        for (StressReport each : reports) {
            StressReport.Outcomes outcomes = each.outcomes();
            List<String> verdicts = each.histories().stream()
                    .map(StressReport.HistoryReport::verdict)
                    .distinct()
                    .toList();
            table.row(
                    each.seed(),
                    outcomes.acknowledged(),
                    outcomes.lost(),
                    outcomes.duplicated(),
                    outcomes.unknown(),
                    each.hashesEqual() ? "equal" : "DIFFERENT",
                    verdicts.isEmpty() ? "-" : String.join(", ", verdicts),
                    each.faults().stream()
                            .mapToLong(fault -> Math.max(fault.failOverMillis(), fault.laterMillis()))
                            .max()
                            .orElse(0),
                    each.passes()
                            ? "passed"
                            : "VIOLATIONS: " + each.violations().size());
        }
        say("");
        table.print(spec.commandLine().getOut());
        spec.commandLine().getOut().flush();
    }

    private void show(StressReport done) {
        List<String> columns = new ArrayList<>(List.of("STRESS", "COUNT", "PER SECOND"));
        done.load().commands().latency().forEach(p -> columns.add(p.name() + " ms"));
        TextTable load = new TextTable(columns.toArray(String[]::new));
        LoadVerb.row(load, "commands", done.load().commands());
        LoadVerb.row(load, "walks", done.load().walks());
        load.print(spec.commandLine().getOut());
        StressTables.print(spec.commandLine().getOut(), done);
        spec.commandLine().getOut().println();
        StressReport.Outcomes outcomes = done.outcomes();
        say(
                "acknowledged %,d, sent more than once %,d, outcome unknown %,d, refused %,d, reads of an older state %,d",
                outcomes.acknowledged(),
                outcomes.repeated(),
                outcomes.unknown(),
                outcomes.refused(),
                outcomes.staleReads());
        done.histories()
                .forEach(history ->
                        say("%s: %,d operations, %s", history.simulation(), history.operations(), history.verdict()));
        say(
                "lost = %d, duplicated = %d, images of the tables %s on %d servers",
                outcomes.lost(), outcomes.duplicated(), done.hashesEqual() ? "equal" : "DIFFERENT", done.servers());
        done.violations().forEach(violation -> say("%s", "VIOLATION " + violation));
    }

    private void say(String format, Object... values) {
        spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
        spec.commandLine().getOut().flush();
    }

    private void talk(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
