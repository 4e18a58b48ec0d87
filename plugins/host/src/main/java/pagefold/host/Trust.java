package pagefold.host;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whose plugin jars are loaded: those with a detached Ed25519 signature (RFC 8032) over the bytes of the jar by a key
 * that is trusted. The plugins that come with the server need none.
 *
 * @param keys trusted public keys, by name
 * @param unsigned whether jars without a signature are loaded too: for whoever writes a plugin, not for a server that
 *     others use
 */
public record Trust(Map<String, PublicKey> keys, boolean unsigned) {
    /** Only the plugins that come with the server. */
    public static final Trust NOBODY = new Trust(Map.of(), false);
    /** Bytes of a signature. */
    public static final int SIGNATURE_BYTES = 64;

    private static final String ALGORITHM = "Ed25519";

    public Trust {
        keys = new TreeMap<>(keys);
    }

    /** A jar that nobody who is trusted has signed. */
    public static final class UntrustedJar extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        UntrustedJar(String sentence) {
            super(sentence);
        }
    }

    /**
     * Reads a public key in PEM, as {@code openssl pkey -pubout} writes it.
     *
     * @throws IllegalArgumentException when it is none of Ed25519
     */
    public static PublicKey publicKey(String pem) {
        String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected a public key of Ed25519 in PEM, but it cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Who has signed a jar.
     *
     * @param signature 64 bytes, or {@code null} when there is none
     * @return the name of the key, or {@code null} for a jar without a signature that is let through
     * @throws UntrustedJar when nobody who is trusted has
     */
    @Nullable
    String signer(byte[] jar, byte @Nullable [] signature) {
        if (signature == null) {
            if (unsigned) {
                return null;
            }
            throw new UntrustedJar(
                    "expected a signature of the plugin jar by one of " + names() + ", but there is none");
        }
        if (signature.length != SIGNATURE_BYTES) {
            throw new UntrustedJar(
                    "expected a signature of " + SIGNATURE_BYTES + " bytes (Ed25519), but it has " + signature.length);
        }
        for (Map.Entry<String, PublicKey> key : keys.entrySet()) {
            if (isBy(key.getValue(), jar, signature)) {
                return key.getKey();
            }
        }
        throw new UntrustedJar("expected a signature of the plugin jar by one of " + names()
                + ", but it is by none of them, or of other bytes");
    }

    private String names() {
        return keys.isEmpty() ? "the trusted keys (there are none)" : String.join(", ", keys.keySet());
    }

    private static boolean isBy(PublicKey key, byte[] jar, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(jar);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
