package pagefold.server.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The checksum of a row: CRC-32C over its numbers (8 bytes each, big-endian) and its payload. */
final class Checksum {
    private Checksum() {}

    static long of(long simulation, long first, long last, long epoch, long timeMillis, byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(5 * Long.BYTES)
                .putLong(simulation)
                .putLong(first)
                .putLong(last)
                .putLong(epoch)
                .putLong(timeMillis)
                .flip());
        crc.update(payload);
        return crc.getValue();
    }
}
