package pagefold.server.api;

import java.io.IOException;
import java.nio.file.Path;
import pagefold.server.log.PostgresServer;

/** The main method of a server process that a test kills. */
final class ServerProcess {
    private ServerProcess() {}

    /**
     * Prints the port and serves until it is killed.
     *
     * @param args the data directory; the environment may name a database
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        PagefoldServer server = PagefoldServer.start(new ServerOptions(
                ServerOptions.DEFAULT_HOST,
                0,
                PostgresServer.location(Path.of(args[0])),
                ServerAccess.OPEN,
                ServerOptions.Plugins.NONE));
        System.out.println("port " + server.port());
        Thread.currentThread().join();
    }
}
