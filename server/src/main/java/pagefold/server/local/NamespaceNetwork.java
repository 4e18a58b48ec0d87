package pagefold.server.local;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network of this machine's own: a Linux network namespace for each node, a bridge
 * between them, and a link from the bridge to this process. Needs root, {@code ip}, {@code unshare} and {@code nsenter}.
 *
 * <p>A namespace is held by a process, and its end of a link goes with it, so that nothing stays when this process ends.
 * The addresses are of 198.18.0.0/15, which is for tests of networks (RFC 2544).
 */
final class NamespaceNetwork extends LocalNetwork {
    /** Most nodes of one. */
    static final int MAX_NODES = 64;

    private static final int NETWORKS = 512;
    private static final int THIS = 254;
    private static final int START_SECONDS = 10;
    private static final List<String> PROGRAMS = List.of("ip", "unshare", "nsenter", "sleep");
    /** Nobody has it: the bridge takes what is sent there to nobody. */
    private static final String NOBODY = "02:00:00:00:00:00";

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % NETWORKS));

    private final String prefix;
    private final KeptProcess hub;
    private final Map<Integer, KeptProcess> nodes = new HashMap<>();

    private NamespaceNetwork(String prefix, KeptProcess hub) {
        this.prefix = prefix;
        this.hub = hub;
    }

    /** Why there can be none here; nothing when there can. */
    static Optional<String> trouble() {
        try (NamespaceNetwork network = open()) {
            network.enter(1);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Makes one without nodes.
     *
     * @throws IOException when this machine does not let it; the sentence says why
     */
    static NamespaceNetwork open() throws IOException {
        for (String program : PROGRAMS) {
            if (KeptProcess.program(program).isEmpty()) {
                throw new IOException(
                        "networks that can be cut need the program " + program + ", which is not on the PATH");
            }
        }
        int number = free();
        NamespaceNetwork network =
                new NamespaceNetwork("198." + (18 + number / 256) + "." + number % 256 + ".", namespace());
        try {
            String link = "pagefold" + number;
            network.inHub("link", "add", "bridge", "type", "bridge");
            network.inHub("link", "set", "bridge", "up");
            run("ip", "link", "add", link, "type", "veth", "peer", "name", "uplink", "netns", network.pidOfHub());
            network.inHub("link", "set", "uplink", "master", "bridge", "up");
            run("ip", "address", "add", network.own() + "/24", "dev", link);
            run("ip", "link", "set", link, "up");
            return network;
        } catch (IOException e) {
            network.close();
            throw e;
        }
    }

    /** The number of a network that this machine is not in. */
    private static int free() throws IOException {
        List<String> known = new ArrayList<>();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .forEach(address -> known.add(address.getHostAddress()));
        for (int i = 0; i < NETWORKS; i++) {
            int number = Math.floorMod(NEXT.getAndIncrement(), NETWORKS);
            String prefix = "198." + (18 + number / 256) + "." + number % 256 + ".";
            if (known.stream().noneMatch(address -> address.startsWith(prefix))) {
                return number;
            }
        }
        throw new IOException("expected a free network of 198.18.0.0/15, but all are in use");
    }

    /** A process in a namespace of its own, which lasts as long. */
    private static KeptProcess namespace() throws IOException {
        Path output = Files.createTempFile("pagefold-network", ".log");
        KeptProcess holder = KeptProcess.start(new KeptProcess.Plan(
                List.of("unshare", "--net", "sleep", "infinity"), Map.of(), output, "KILL", output));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        Path here = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
        while (holder.isAlive() && System.nanoTime() - until < 0) {
            Path there = Path.of("/proc/" + holder.pid() + "/ns/net");
            if (Files.exists(there) && !Files.readSymbolicLink(there).equals(here)) {
                return holder;
            }
            KeptProcess.pause(10, "a network was made");
        }
        String said = Files.exists(output) ? Files.readString(output).strip() : "";
        holder.close();
        Files.deleteIfExists(output);
        throw new IOException("this process may not make network namespaces, which takes root: " + said);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("a network cannot be set up: " + String.join(" ", command) + ": " + said);
        }
    }

    private String pidOfHub() {
        return Long.toString(hub.pid());
    }

    private void inHub(String... arguments) throws IOException {
        ip(hub, arguments);
    }

    private static void ip(KeptProcess holder, String... arguments) throws IOException {
        List<String> command = into(holder);
        command.add("ip");
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    /** What a command begins with that is run in a namespace. */
    private static List<String> into(KeptProcess holder) {
        return new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--"));
    }

    /** The address of this process, which every node reaches, whatever is cut. */
    private String own() {
        return prefix + THIS;
    }

    /** The address of a node, from 1. */
    private String address(int node) {
        return prefix + node;
    }

    @Override
    public String description() {
        return "network namespaces";
    }

    @Override
    LocalPostgres.Reach reach() {
        return new LocalPostgres.Reach(own(), prefix + "0/24");
    }

    @Override
    LocalNode.Place place(int node, int nodes, Ports ports) throws IOException {
        List<String> join = new ArrayList<>();
        for (int i = 1; i <= Math.max(node, nodes); i++) {
            join.add(address(i) + ":" + ports.members());
        }
        return new LocalNode.Place(
                address(node),
                enter(node),
                List.of(
                        "--cluster-port", Integer.toString(ports.members()),
                        "--cluster-host", address(node),
                        "--join", String.join(",", join)),
                URI.create("http://" + address(node) + ":" + ports.api()));
    }

    @Override
    void started(LocalNode node) {
        // Its namespace is all there is to know.
    }

    /** What the command of a node begins with; its namespace is made when it is not there. */
    private synchronized List<String> enter(int node) throws IOException {
        if (node < 1 || node > MAX_NODES) {
            throw new IOException("expected 1 to " + MAX_NODES + " as a node of a network, but it is " + node);
        }
        KeptProcess holder = nodes.get(node);
        if (holder == null) {
            holder = namespace();
            nodes.put(node, holder);
            String link = "node" + node;
            inHub("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", Long.toString(holder.pid()));
            inHub("link", "set", link, "master", "bridge", "up");
            ip(holder, "link", "set", "lo", "up");
            ip(holder, "address", "add", address(node) + "/24", "dev", "eth0");
            ip(holder, "link", "set", "eth0", "up");
        }
        return into(holder);
    }

    /** It is lost, without a word. */
    @Override
    public synchronized void cut(int from, int to) throws IOException {
        ip(holder(from), "neighbour", "replace", address(to), "lladdr", NOBODY, "nud", "permanent", "dev", "eth0");
    }

    @Override
    public synchronized void mend(int from, int to) throws IOException {
        ip(holder(from), "neighbour", "del", address(to), "dev", "eth0");
    }

    private KeptProcess holder(int node) throws IOException {
        @Nullable KeptProcess holder = nodes.get(node);
        if (holder == null) {
            throw new IOException("expected a node of the network, but it has no node " + node);
        }
        return holder;
    }

    @Override
    public synchronized void close() throws IOException {
        for (KeptProcess holder : nodes.values()) {
            holder.close();
        }
        hub.close();
    }
}
