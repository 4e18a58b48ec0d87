package pagefold.server.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import pagefold.server.cluster.Cluster;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogMeter;
import pagefold.server.space.Simulations;
import pagefold.server.space.UnitAnswer;
import pagefold.server.stream.EventFeeds;
import pagefold.server.watch.Quarantine;

/** What is counted and measured, in the text form of Prometheus. Any thread. */
public final class Metrics implements LogMeter, AutoCloseable {
    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
    };
    private static final double[] GROUPS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbage = new JvmGcMetrics();
    private final ModelMemory memory;
    private final Timer appends;
    private final Timer commits;
    private final DistributionSummary groups;
    private final Map<Request, Timer> requests = new ConcurrentHashMap<>();
    private final Map<String, Counter> commands = new ConcurrentHashMap<>();

    private record Request(String operation, int status) {}

    /** The measures of one server. */
    public Metrics(EventLog log, Simulations simulations, EventFeeds feeds) {
        memory = new ModelMemory(simulations);
        appends = Timer.builder("pagefold.log.append")
                .description("From the decision to append a batch until it is durable.")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        commits = Timer.builder("pagefold.log.commit")
                .description("One transaction of the log.")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        groups = DistributionSummary.builder("pagefold.log.group")
                .description("Pieces of work that share a transaction.")
                .serviceLevelObjectives(GROUPS)
                .register(registry);
        gauge("pagefold.log.waiting", "Pieces of work that wait for the disk.", log::waiting);
        gauge("pagefold.log.waiting.bytes", "Bytes that wait for the disk.", log::waitingBytes);
        gauge("pagefold.simulations.open", "Simulations with a writer and a model.", simulations::openCount);
        gauge("pagefold.commands.waiting", "Commands that are not answered yet.", simulations::waitingCommands);
        gauge("pagefold.subscriptions", "Event streams and subscriptions of sockets.", feeds::subscriptions);
        gauge("pagefold.model.table.bytes", "Bytes of tables in the open models.", memory::bytes);
        Quarantine quarantine = simulations.watchdog().quarantine();
        gauge(
                "pagefold.quarantine",
                "Bindings of simulations that are not used any more.",
                () -> quarantine.cases().size());
        gauge("pagefold.plugin.threads.heldup", "Threads that do not return from a plugin.", quarantine::heldUp);
        garbage.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        log.setMeter(this);
    }

    /** How much the tables of the models take. */
    public ModelMemory memory() {
        return memory;
    }

    /** Watches a node of a cluster, with how many requests it has sent on, and sent on again. */
    public void watch(Cluster cluster, Supplier<Number> forwarded, Supplier<Number> repeated) {
        gauge(
                "pagefold.cluster.nodes",
                "Nodes that are known and live.",
                () -> cluster.nodes().size());
        counter("pagefold.cluster.forwarded", "Requests that were sent on to another node.", forwarded);
        counter("pagefold.cluster.repeated", "Requests that were tried again, here or there.", repeated);
        counter(
                "pagefold.cluster.images.kept",
                "Images that were put into memory.",
                () -> cluster.figures().imagesKept());
        gauge(
                "pagefold.cluster.images.bytes",
                "Bytes of images in the memory of this node, copies of others' included.",
                () -> cluster.figures().imageBytes());
        counter(
                "pagefold.cluster.images.used",
                "Images that a state was made from.",
                () -> cluster.figures().imagesUsed());
    }

    private void counter(String name, String description, Supplier<Number> value) {
        // The object is held weakly, and would be gone at once if it were the supplier.
        FunctionCounter.builder(name, this, metrics -> value.get().doubleValue())
                .description(description)
                .register(registry);
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    @Override
    public void appended(long nanos) {
        appends.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void committed(int works, long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
        groups.record(works);
    }

    /** A unit was answered. */
    public void answered(UnitAnswer answer, int count) {
        String outcome = switch (answer) {
            case UnitAnswer.Accepted(long first, long last, boolean repeated) -> repeated ? "repeated" : "accepted";
            case UnitAnswer.Failed failed -> "failed";
            case UnitAnswer refused -> "refused";
        };
        commands.computeIfAbsent(
                        outcome,
                        word -> Counter.builder("pagefold.commands")
                                .description("Commands, by what became of them.")
                                .tag("outcome", word)
                                .register(registry))
                .increment(count);
    }

    /**
     * A request was answered.
     *
     * @param operation of the contract
     */
    public void requested(String operation, int status, long nanos) {
        requests.computeIfAbsent(
                        new Request(operation, status),
                        request -> Timer.builder("pagefold.http.requests")
                                .description("Requests, by operation and status.")
                                .tag("operation", operation)
                                .tag("status", Integer.toString(status))
                                .serviceLevelObjectives(BUCKETS)
                                .register(registry))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Answers a scrape. */
    public void scrape(RoutingContext routing) {
        memory.measure()
                .compose(measured -> routing.vertx().executeBlocking(() -> registry.scrape(CONTENT_TYPE), false))
                .onSuccess(text -> routing.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                        .end(text))
                .onFailure(routing::fail);
    }

    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
