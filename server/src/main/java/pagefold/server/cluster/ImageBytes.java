package pagefold.server.cluster;

import java.nio.ByteBuffer;
import java.util.Arrays;
import pagefold.server.log.Snapshot;
import pagefold.server.replay.Images;

/** An image as it is kept: id of the simulation, epoch and position, 8 bytes each, big-endian, and the state. */
final class ImageBytes {
    /** Bytes before the state. */
    static final int HEADER = 24;

    private ImageBytes() {}

    static byte[] of(Images.Origin origin, Snapshot image) {
        return ByteBuffer.allocate(HEADER + image.payload().length)
                .putLong(origin.id())
                .putLong(origin.epoch())
                .putLong(image.position())
                .put(image.payload())
                .array();
    }

    static byte[] header(byte[] bytes) {
        return Arrays.copyOf(bytes, HEADER);
    }

    static Images.Origin origin(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        return new Images.Origin(header.getLong(), header.getLong());
    }

    static long position(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(16);
    }

    static Snapshot image(byte[] bytes) {
        return new Snapshot(position(bytes), Arrays.copyOfRange(bytes, HEADER, bytes.length));
    }

    /** Whether the first is to be kept rather than the second: a later simulation, a higher epoch, a higher position. */
    static boolean isHigher(byte[] one, byte[] other) {
        return Arrays.compareUnsigned(one, 0, HEADER, other, 0, HEADER) > 0;
    }
}
