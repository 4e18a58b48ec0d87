package pagefold.server.log;

import java.util.List;

/**
 * A batch on its way into the log.
 *
 * @param simulation name of the simulation
 * @param epoch the owner's epoch
 * @param expected the head that the owner has built on
 * @param count how many events it has
 * @param timeMillis the time recorded with them
 * @param payload its JSON
 * @param commands its command ids
 */
record EncodedBatch(
        String simulation,
        long epoch,
        long expected,
        int count,
        long timeMillis,
        byte[] payload,
        List<Command> commands) {

    /**
     * A command id and what it leads to.
     *
     * @param first its first event, counted from 0 within the batch
     * @param last its last event, counted from 0 within the batch
     */
    record Command(String commandId, String requestDigest, int first, int last) {}

    /** The same for another epoch. */
    EncodedBatch withEpoch(long other) {
        return new EncodedBatch(simulation, other, expected, count, timeMillis, payload, commands);
    }

    /** The checksum of its row, in the history of a simulation with an id. */
    long checksum(long id) {
        return Checksum.of(id, first(), last(), epoch, timeMillis, payload);
    }

    long first() {
        return expected + 1;
    }

    long last() {
        return expected + count;
    }
}
