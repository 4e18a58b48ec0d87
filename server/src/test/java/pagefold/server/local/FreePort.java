package pagefold.server.local;

import java.io.IOException;

/** A port of the loopback interface for a server of a test. */
public final class FreePort {
    private FreePort() {}

    /** One that nobody uses, now. */
    public static int find() throws IOException {
        return KeptProcess.freePort();
    }
}
