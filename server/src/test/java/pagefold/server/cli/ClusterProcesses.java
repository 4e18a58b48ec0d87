package pagefold.server.cli;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import pagefold.server.local.FreePort;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Nodes of a cluster as processes of their own. */
final class ClusterProcesses implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path directory;
    private final LogLocation.Login database;
    private final int port;
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final Map<String, URI> addresses = new LinkedHashMap<>();

    ClusterProcesses(Path directory, LogLocation.Login database) throws IOException {
        this.directory = directory;
        this.database = database;
        port = FreePort.find();
    }

    /** Starts nodes at the same time, and waits until all know of each other. */
    void start(String... names) throws IOException {
        for (String name : names) {
            launch(name);
        }
        for (String name : names) {
            addresses.put(name, address(name));
        }
        awaitNodes();
    }

    private void launch(String name) throws IOException {
        ProcessBuilder builder = PagefoldProcess.of(
                "serve",
                "--cluster",
                "--cluster-name",
                "test-" + port,
                "--cluster-node",
                name,
                "--cluster-port",
                Integer.toString(port),
                "--port",
                "0",
                "--data",
                directory.resolve(name).toString());
        builder.environment().putAll(PostgresServer.environment(new LogLocation(directory, database)));
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2");
        builder.redirectError(directory.resolve(name + ".err").toFile());
        processes.put(name, builder.start());
    }

    private URI address(String name) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(processes.get(name).getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("http://")) {
                return URI.create(line);
            }
        }
        throw new IOException("expected the address of a node, but it said: " + said(name));
    }

    /** Waits until every node knows all that run, and nobody else. */
    void awaitNodes() throws IOException {
        try {
            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> {
                for (String name : names()) {
                    JsonNode known = get(name, "/v1/cluster?limit=0").path("nodes");
                    if (known.size() != names().size()) {
                        return false;
                    }
                    for (JsonNode node : known) {
                        if (!node.path("ready").asBoolean()) {
                            return false;
                        }
                    }
                }
                return true;
            });
        } catch (ConditionTimeoutException e) {
            StringBuilder said = new StringBuilder("expected nodes that know each other, but they said:");
            for (String name : names()) {
                said.append("\n--- ").append(name).append('\n').append(said(name));
            }
            throw new IOException(said.toString(), e);
        }
    }

    List<String> names() {
        return List.copyOf(addresses.keySet());
    }

    List<URI> addresses() {
        return List.copyOf(addresses.values());
    }

    URI uri(String name, String path) {
        return URI.create(addresses.get(name) + path);
    }

    /** What a node has written as its log. */
    String said(String name) throws IOException {
        return Files.readString(directory.resolve(name + ".err"));
    }

    JsonNode get(String name, String path) throws IOException {
        try {
            HttpResponse<byte[]> response = CLIENT.send(
                    HttpRequest.newBuilder(uri(name, path))
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return MAPPER.readTree(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** How many of the log's simulations each node is to have, by its name. */
    Map<String, Integer> owned(String asked) throws IOException {
        Map<String, Integer> owned = new LinkedHashMap<>();
        get(asked, "/v1/cluster?limit=0")
                .path("nodes")
                .forEach(node -> owned.put(
                        node.path("name").asText(), node.path("simulations").asInt()));
        return owned;
    }

    /** Sends a signal, as kill does. */
    void signal(String name, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(processes.get(name).pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("expected to send " + signal + " to " + name);
        }
    }

    /** Kills a node, which is not one any more. */
    void kill(String name) throws InterruptedException {
        processes.get(name).destroyForcibly().waitFor();
        forget(name);
    }

    /** Tells a node to end, and waits until it has. */
    int stop(String name) throws InterruptedException, IOException {
        // Not Process.destroy: that closes the output of the process, too.
        Process process = processes.get(name);
        process.toHandle().destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IOException("expected " + name + " to end");
        }
        forget(name);
        return process.exitValue();
    }

    private void forget(String name) {
        processes.remove(name);
        addresses.remove(name);
    }

    @Override
    public void close() {
        List<Process> all = new ArrayList<>(processes.values());
        all.forEach(Process::destroyForcibly);
        all.forEach(process -> process.onExit().join());
    }
}
