package pagefold.server.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.LogLocation;

/** A PostgreSQL and nodes that have their log in it. All ends with this process, however that ends. */
public final class LocalCluster implements AutoCloseable {
    /** Most nodes of one. */
    public static final int MAX_NODES = 16;

    private static final String DATABASE = "pagefold";
    private static final int READY_SECONDS = 120;

    private final Options options;
    private final Path folder;
    private final boolean temporary;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    private final @Nullable LocalNetwork network;
    private final @Nullable LocalLogin login;
    private final LocalPostgres postgres;
    private final LogLocation.Login database;
    private final List<LocalNode> nodes = new ArrayList<>();
    /** Where the nodes find each other; the first one has it. */
    private final int meeting;

    /**
     * What is started.
     *
     * @param nodes how many, 1 to {@link #MAX_NODES}
     * @param port of the first node, and the following ones of the others; 0 for any that are free
     * @param data folder of the database and the nodes, which stays; {@code null} for a temporary one
     * @param clustered whether the nodes know each other; else each takes what it is asked for from the others
     * @param heapMegabytes most memory for objects of a node, 64 to 65,536
     * @param classPath of the nodes; {@code null} for that of this process
     */
    public record Options(
            int nodes,
            int port,
            @Nullable Path data,
            boolean clustered,
            int heapMegabytes,
            @Nullable String classPath) {
        private static final int MIN_HEAP = 64;
        private static final int MAX_HEAP = 65_536;
        private static final int MAX_PORT = 65_535;

        public Options {
            check("nodes", nodes, 1, MAX_NODES);
            check("megabytes of heap", heapMegabytes, MIN_HEAP, MAX_HEAP);
            check("as port", port, 0, MAX_PORT - MAX_NODES);
        }

        private static void check(String what, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        "expected " + least + " to " + most + " " + what + ", but found " + value);
            }
        }
    }

    private LocalCluster(Options options, @Nullable LocalNetwork network) throws IOException {
        this.options = options;
        this.network = network;
        temporary = options.data() == null;
        folder = options.data() == null
                ? Files.createTempDirectory("pagefold-cluster")
                : Files.createDirectories(options.data().toAbsolutePath());
        login = network == null || !network.isReachedByOthers() ? null : LocalLogin.make(folder);
        postgres = LocalPostgres.start(
                options.data() == null ? null : folder.resolve("postgres"),
                network == null ? LocalPostgres.Reach.HERE : network.reach());
        database = postgres.database(DATABASE);
        meeting = KeptProcess.freePort();
    }

    /**
     * Starts the database and the nodes, and returns when all are ready.
     *
     * @throws IOException when there is no PostgreSQL, or one of them does not start; the sentence says why
     */
    public static LocalCluster start(Options options) throws IOException {
        return start(options, null);
    }

    /**
     * As the other, with a network between the nodes that can be cut. Where others than this process reach the nodes, they
     * have a login: {@link #token} is for those who ask.
     *
     * @param means by which the network is made; {@code null} for namespaces, or proxies where there can be none
     * @throws IOException as well when there can be no such network ({@link LocalNetwork#trouble})
     */
    public static LocalCluster startOnNetwork(Options options, LocalNetwork.@Nullable Means means) throws IOException {
        LocalNetwork network = LocalNetwork.open(means);
        try {
            return start(options, network);
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    private static LocalCluster start(Options options, @Nullable LocalNetwork network) throws IOException {
        LocalCluster cluster = new LocalCluster(options, network);
        try {
            for (int i = 0; i < options.nodes(); i++) {
                cluster.startNode();
            }
            for (LocalNode node : cluster.nodes) {
                node.awaitReady(READY_SECONDS);
            }
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw e;
        }
    }

    private LocalNode startNode() throws IOException {
        int number = nodes.size() + 1;
        int port = options.port() == 0 ? KeptProcess.freePort() : options.port() + number - 1;
        String classPath = options.classPath() == null ? LocalNode.ownClassPath() : options.classPath();
        LocalNode.Place place = network == null
                ? LocalNode.Place.here(port, List.of("--cluster-port", Integer.toString(meeting)))
                : network.place(number, options.nodes(), new LocalNetwork.Ports(port, meeting));
        LocalNode.Plan plan =
                new LocalNode.Plan(database, options.heapMegabytes(), classPath, flags(number), settings(), place);
        LocalNode node = new LocalNode(number, port, folder.resolve("node-" + number), plan, http);
        nodes.add(node);
        if (network != null) {
            network.started(node);
        }
        return node;
    }

    private Map<String, String> settings() {
        return login == null
                ? Map.of()
                : Map.of("PAGEFOLD_AUTH_KEY", login.publicKey().toString());
    }

    private List<String> flags(int number) {
        return options.clustered()
                ? List.of("--cluster", "--cluster-name", "local-" + meeting, "--cluster-node", "node-" + number)
                : List.of();
    }

    /** Starts one more node, and returns when it is ready. */
    public LocalNode addNode() throws IOException {
        LocalNode node = startNode();
        node.awaitReady(READY_SECONDS);
        return node;
    }

    /** The nodes, in their order. */
    public List<LocalNode> nodes() {
        return List.copyOf(nodes);
    }

    /** Where they answer. */
    public List<URI> servers() {
        return nodes.stream().map(LocalNode::uri).toList();
    }

    /** The database that has the log. */
    public LogLocation.Login database() {
        return database;
    }

    /**
     * How much the log takes.
     *
     * @param eventBytes of the JSON of all events
     * @param bytes of the database on the disk
     */
    public record Size(long eventBytes, long bytes) {}

    /** How much the log takes now. */
    public Size databaseSize() throws IOException {
        try (Connection connection = LocalPostgres.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select coalesce(sum(octet_length(payload)), 0),"
                        + " pg_database_size(current_database()) from event_batch")) {
            row.next();
            return new Size(row.getLong(1), row.getLong(2));
        } catch (SQLException e) {
            throw new IOException("the database cannot be measured: " + e.getMessage(), e);
        }
    }

    /** Whether the nodes know each other. */
    public boolean isClustered() {
        return options.clustered();
    }

    /** Whether all goes when it is closed. */
    public boolean isTemporary() {
        return temporary;
    }

    /** The PostgreSQL that has the database. */
    public LocalPostgres postgres() {
        return postgres;
    }

    /** The network between the nodes; {@code null} when it cannot be cut. */
    public @Nullable LocalNetwork network() {
        return network;
    }

    /** A token with which everything may be done for a day; {@code null} when the nodes have no login. */
    public @Nullable String token() {
        return login == null ? null : login.token();
    }

    /** Ends the nodes in order, then the database; a temporary folder goes. */
    @Override
    public void close() throws IOException {
        // Who is interrupted ends it, and does not leave it half ended.
        boolean isInterrupted = Thread.interrupted();
        try {
            end();
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void end() throws IOException {
        for (LocalNode node : nodes) {
            node.askToStop();
        }
        for (LocalNode node : nodes) {
            node.awaitStop();
        }
        postgres.close();
        if (network != null) {
            network.close();
        }
        http.close();
        if (temporary) {
            KeptProcess.remove(folder);
        }
    }
}
