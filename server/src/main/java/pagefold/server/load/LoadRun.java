package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;

/** A run of the load generator, from the first connection to the count of what was acknowledged. */
public final class LoadRun implements AutoCloseable {
    private static final int WAIT_SECONDS = 120;
    private static final int EXISTS = 409;

    private final LoadOptions options;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final LoadTally tally = new LoadTally();
    private final LoadClient client;
    /** For what is done before and after. */
    private final PatientClient control;

    private final Route route;
    private final List<LoadWorker> workers = new ArrayList<>();
    private final List<String> simulations = new ArrayList<>();

    /** A run that has not begun. */
    public LoadRun(LoadOptions options) {
        this.options = options;
        this.client = new LoadClient(vertx, options.token());
        this.control = new PatientClient(new PatientClient.Settings(
                options.token(), TimeUnit.SECONDS.toMillis(WAIT_SECONDS), options.patienceMillis()));
        this.route = new Route(options.servers(), 0);
    }

    /**
     * Makes the simulations, runs, and removes them.
     *
     * @return what was measured: once, or, with subscribers, first without and then with them. When the servers are lost
     *     after the first measurement, it is what was measured before
     * @throws IOException when nothing was measured, since the server cannot be reached or does not do what it should
     */
    public LoadOutcome run() throws IOException {
        List<LoadReport> reports = new ArrayList<>();
        LoadOutcome.Balance balance = null;
        String failure = null;
        try {
            measure(reports);
            balance = balance();
        } catch (IOException e) {
            failure = e.getMessage();
            if (reports.isEmpty()) {
                removeAfter(e);
                throw e;
            }
        }
        try {
            remove();
        } catch (IOException e) {
            failure = failure == null ? "the simulations were not removed: " + e.getMessage() : failure;
        }
        return new LoadOutcome(reports, tally.errors(), tally.retries(), balance, failure);
    }

    private void measure(List<LoadReport> reports) throws IOException {
        prepare();
        start();
        pause(options.warmup());
        reports.add(measured());
        if (options.shape().travel().subscribers() > 0) {
            subscribe();
            pause(options.warmup());
            reports.add(measured());
        }
        List<Future<?>> stopped = new ArrayList<>();
        workers.forEach(worker -> stopped.add(worker.end()));
        await(Future.join(stopped));
    }

    private void removeAfter(IOException cause) {
        try {
            remove();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private void remove() throws IOException {
        for (String simulation : simulations) {
            var unused =
                    control.send(route, new Request("DELETE", "/v1/simulations/" + simulation, Map.of(), null, true));
        }
    }

    private void prepare() throws IOException {
        LoadOptions.Shape shape = options.shape();
        for (int i = 0; i < shape.simulations(); i++) {
            String name = options.prefix() + "-" + i;
            Answer made = control.send(
                    route,
                    new Request(
                            "POST",
                            "/v1/simulations",
                            Map.of(),
                            ("{\"name\":\"" + name + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}")
                                    .getBytes(StandardCharsets.UTF_8),
                            true));
            if (made.status() != EXISTS || !made.isUnsure()) {
                expect(made, 201);
            }
            simulations.add(name);
        }
        String keys = "load-" + UUID.randomUUID();
        List<Future<?>> prepared = new ArrayList<>();
        for (int i = 0; i < shape.users(); i++) {
            LoadUser user = new LoadUser(simulations.get(i % shape.simulations()), i, shape.mix(), shape.seed());
            LoadWorker.Ways ways = new LoadWorker.Ways(
                    client, new Route(options.servers(), i), options.patienceMillis(), keys + "-u" + i + "-");
            LoadWorker worker = new LoadWorker(ways, user, shape.travel(), tally);
            workers.add(worker);
            prepared.add(vertx.deployVerticle(worker));
        }
        await(Future.join(prepared));
    }

    private static void expect(Answer answer, int status) throws IOException {
        if (answer.status() != status) {
            throw new IOException("expected status " + status + ", but it is " + answer.status() + ": "
                    + new String(answer.body(), StandardCharsets.UTF_8).strip());
        }
    }

    private void start() {
        int rate = options.shape().travel().rate();
        long between = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
        long step = between * workers.size();
        long now = System.nanoTime();
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).begin(now + i * between, step);
        }
    }

    private LoadReport measured() throws IOException {
        tally.begin();
        pause(options.seconds());
        return tally.end();
    }

    private void subscribe() throws IOException {
        List<Future<?>> opened = new ArrayList<>();
        String path = "/v1/simulations/" + simulations.getFirst() + "/events/stream";
        for (int i = 0; i < options.shape().travel().subscribers(); i++) {
            opened.add(client.stream(route.server(), path));
        }
        await(Future.join(opened));
    }

    private LoadOutcome.Balance balance() throws IOException {
        long surplus = 0;
        long missing = 0;
        for (String simulation : simulations) {
            Answer answer = control.send(route, Request.get("/v1/simulations/" + simulation));
            expect(answer, 200);
            JsonObject body = new JsonObject(Buffer.buffer(answer.body()));
            long here = body.getLong("position") - (tally.acknowledged(simulation) + body.getInteger("spaces") + 1);
            surplus += Math.max(0, here);
            missing += Math.max(0, -here);
        }
        return new LoadOutcome.Balance(missing, missing == 0 && tally.errors().isEmpty() ? surplus : 0);
    }

    private static void pause(int seconds) throws IOException {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private <T> T await(Future<T> future) throws IOException {
        CompletableFuture<T> waiting = future.toCompletionStage().toCompletableFuture();
        long seconds = WAIT_SECONDS + options.patienceMillis() / 1000;
        try {
            return waiting.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + seconds + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        control.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
