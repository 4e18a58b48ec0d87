package pagefold.server.local;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import pagefold.server.log.LogLocation;

/** A server in a process of its own, which can be killed, stopped for a while and started again at its address. */
public final class LocalNode {
    /** The class with the main method of the command line, by name: it is the one that knows this package. */
    private static final String MAIN = "pagefold.server.cli.Pagefold";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int END_SECONDS = 60;
    private static final Duration PROBE = Duration.ofSeconds(1);

    private final int number;
    private final int port;
    private final Path folder;
    private final Plan plan;
    private final HttpClient http;
    private volatile KeptProcess process;

    /**
     * How nodes are started.
     *
     * @param database that has the log
     * @param heapMegabytes most memory for objects
     * @param classPath of the processes
     * @param options of {@code serve}, besides those for the data and the database, and those of the place
     * @param settings environment, besides the login of the database
     * @param place where it runs
     */
    record Plan(
            LogLocation.Login database,
            int heapMegabytes,
            String classPath,
            List<String> options,
            Map<String, String> settings,
            Place place) {}

    /**
     * Where a node runs.
     *
     * @param host address at which it answers
     * @param enter what its command begins with
     * @param options of {@code serve}, so that it and the others find each other
     * @param api where the others reach its API
     */
    record Place(String host, List<String> enter, List<String> options, URI api) {
        /** On this machine, as this process does, with its API on a port. */
        static Place here(int port, List<String> options) {
            return new Place(LOOPBACK, List.of(), options, URI.create("http://" + LOOPBACK + ":" + port));
        }
    }

    LocalNode(int number, int port, Path folder, Plan plan, HttpClient http) throws IOException {
        this.number = number;
        this.port = port;
        this.folder = Files.createDirectories(folder);
        this.plan = plan;
        this.http = http;
        this.process = run();
    }

    /** Its number in its cluster, from 1. */
    public int number() {
        return number;
    }

    /** Where it answers. */
    public URI uri() {
        return URI.create("http://" + plan.place.host + ":" + port);
    }

    /** Where the others reach its API. */
    public URI api() {
        return plan.place.api;
    }

    /** The file with what it says. */
    public Path output() {
        return folder.resolve("output.log");
    }

    private KeptProcess run() throws IOException {
        List<String> command = new ArrayList<>(plan.place.enter);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.add("-Xmx" + plan.heapMegabytes + "m");
        command.addAll(List.of("-cp", plan.classPath, MAIN, "serve"));
        command.addAll(List.of("--host", plan.place.host, "--port", Integer.toString(port)));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        command.addAll(List.of("--database", plan.database.url()));
        command.addAll(plan.options);
        command.addAll(plan.place.options);
        Map<String, String> settings = new HashMap<>(plan.settings);
        settings.put("PAGEFOLD_DATABASE_USER", String.valueOf(plan.database.user()));
        settings.put("PAGEFOLD_DATABASE_PASSWORD", String.valueOf(plan.database.password()));
        return KeptProcess.start(new KeptProcess.Plan(command, settings, output(), "KILL", null));
    }

    /** The flags of this JVM that a server needs, too: access to modules, and the archive of classes. */
    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--")
                        || flag.startsWith("-Djava.util.concurrent.")
                        || flag.startsWith("-Xshare")
                        || flag.startsWith("-XX:SharedArchiveFile")
                        || flag.startsWith("-Xlog"))
                .toList();
    }

    /** The class path of this process, with whole paths. */
    static String ownClassPath() {
        return String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    /** Whether it answers that it is ready. */
    public boolean isReady() {
        HttpRequest request = HttpRequest.newBuilder(uri().resolve("/health/ready"))
                .timeout(PROBE)
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Waits until it is ready.
     *
     * @throws IOException when it ends, or is not ready within that time; the sentence says where it has said why
     */
    public void awaitReady(int seconds) throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!isReady()) {
            if (!isAlive() || System.nanoTime() - until > 0) {
                throw new IOException(
                        "node " + number + (isAlive() ? " is not ready within " + seconds + " s" : " has ended")
                                + "; what it said is in " + output());
            }
            KeptProcess.pause(50, "waiting for node " + number);
        }
    }

    /** Whether its process is there, stopped or not. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The id of its process. */
    public long pid() {
        return process.pid();
    }

    /**
     * The bytes of all objects that are in use; it collects all others first, and does nothing else meanwhile.
     *
     * @return -1 where this JDK cannot ask it
     */
    public long liveBytes() throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return -1;
        }
        Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words.length == 3 && words[0].equals("Total"))
                .mapToLong(words -> Long.parseLong(words[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("node " + number + " does not say what it has in memory: "
                        + said.lines().findFirst().orElse("it says nothing")));
    }

    /** Ends it at once, as the loss of its machine does, and waits until its process is gone. */
    public void kill() throws IOException {
        process.signal("KILL");
        process.awaitExit(END_SECONDS);
    }

    /** Stops it in the middle of whatever it does. */
    public void pause() throws IOException {
        process.signal("STOP");
    }

    /** Lets it go on where it was stopped. */
    public void resume() throws IOException {
        process.signal("CONT");
    }

    /** Ends it in order, with what it has taken answered; kills it when that takes longer than a minute. */
    public void stop() throws IOException {
        askToStop();
        awaitStop();
    }

    void askToStop() throws IOException {
        process.signal("CONT");
        process.signal("TERM");
    }

    void awaitStop() throws IOException {
        if (!process.awaitExit(END_SECONDS)) {
            kill();
        }
    }

    /** Starts it again at its address, when it has ended; does not wait until it is ready. */
    public void start() throws IOException {
        if (!process.isAlive()) {
            process = run();
        }
    }
}
