package pagefold.server.stream;

import pagefold.server.replay.Trouble;

/** Why a subscription ends by the server's will. */
public sealed interface Ending {

    /**
     * The client is too slow for what happens: more waits for it than may. It can subscribe again.
     *
     * @param from the first position that it was not sent
     */
    record Resync(long from) implements Ending {}

    /** The simulation was removed, with its history. */
    record Removed() implements Ending {}

    /** The server stops; another one, or the next, goes on where this one ended. */
    record Stopping() implements Ending {}

    /** The history cannot be read now. */
    record Failed(Trouble trouble) implements Ending {}
}
