package pagefold.testkit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import pagefold.table.PageTableModel;

/** The hash of a model's tables: SHA-256 over every table in ascending order, its address and its words, LE. */
public final class ImageHash {
    private ImageHash() {}

    /** The hash as 64 hexadecimal digits. */
    public static String of(PageTableModel model) {
        MessageDigest digest = sha256();
        model.image((address, words, offset, length) -> {
            ByteBuffer bytes = ByteBuffer.allocate(8 + 8 * length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(address);
            for (int i = 0; i < length; i++) {
                bytes.putLong(words[offset + i]);
            }
            digest.update(bytes.flip());
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in every Java, but it is missing", e);
        }
    }
}
