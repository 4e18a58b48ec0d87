package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A run of the load generator, from the first connection to the count of what was acknowledged. */
public final class LoadRun implements AutoCloseable {
    private static final int WAIT_SECONDS = 120;

    private final LoadOptions options;
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final LoadTally tally = new LoadTally();
    private final LoadClient client;
    private final List<LoadWorker> workers = new ArrayList<>();
    private final List<String> simulations = new ArrayList<>();

    /** A run that has not begun. */
    public LoadRun(LoadOptions options) {
        this.options = options;
        this.client = new LoadClient(vertx, options.server(), options.token());
    }

    /**
     * Makes the simulations, runs, and removes them.
     *
     * @return what was measured: once, or, with subscribers, first without and then with them
     * @throws IOException when the server cannot be reached or does not do what it should
     */
    public List<LoadReport> run() throws IOException {
        HttpClientConnection control = await(client.connect());
        List<LoadReport> reports = new ArrayList<>();
        try {
            prepare(control);
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
            long lost = lost(control);
            reports.replaceAll(report ->
                    new LoadReport(report.commands(), report.walks(), report.seconds(), tally.errors(), lost));
        } finally {
            for (String simulation : simulations) {
                await(client.delete(control, "/v1/simulations/" + simulation));
            }
        }
        return reports;
    }

    private void prepare(HttpClientConnection control) throws IOException {
        LoadOptions.Shape shape = options.shape();
        for (int i = 0; i < shape.simulations(); i++) {
            String name = options.prefix() + "-" + i;
            LoadClient.Answer made = await(client.post(
                    control,
                    "/v1/simulations",
                    Buffer.buffer("{\"name\":\"" + name + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}")));
            expect(made, 201);
            simulations.add(name);
        }
        List<Future<?>> prepared = new ArrayList<>();
        for (int i = 0; i < shape.users(); i++) {
            LoadUser user = new LoadUser(simulations.get(i % shape.simulations()), i, shape.mix(), shape.seed());
            LoadWorker worker = new LoadWorker(client, user, shape.travel(), tally);
            workers.add(worker);
            prepared.add(vertx.deployVerticle(worker));
        }
        await(Future.join(prepared));
    }

    private static void expect(LoadClient.Answer answer, int status) throws IOException {
        if (answer.status() != status) {
            throw new IOException("expected status " + status + ", but it is " + answer.status() + ": "
                    + answer.body().toString().strip());
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
            opened.add(client.stream(path));
        }
        await(Future.join(opened));
    }

    /** How many events were acknowledged that the simulations do not have. */
    private long lost(HttpClientConnection control) throws IOException {
        long lost = 0;
        for (String simulation : simulations) {
            LoadClient.Answer answer = await(client.get(control, "/v1/simulations/" + simulation));
            expect(answer, 200);
            int spaces = new JsonObject(answer.body()).getInteger("spaces");
            long position = new JsonObject(answer.body()).getLong("position");
            lost += Math.max(0, tally.acknowledged(simulation) + spaces + 1 - position);
        }
        return lost;
    }

    private static void pause(int seconds) throws IOException {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static <T> T await(Future<T> future) throws IOException {
        CompletableFuture<T> waiting = future.toCompletionStage().toCompletableFuture();
        try {
            return waiting.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + WAIT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
