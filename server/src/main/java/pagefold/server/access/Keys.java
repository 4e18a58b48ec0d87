package pagefold.server.access;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Keys as PEM. */
public final class Keys {
    /** The algorithm of JSON Web Tokens with P-256 keys. */
    public static final String ES256 = "ES256";
    /** The algorithm with Ed25519 keys. */
    public static final String EDDSA = "EdDSA";

    private static final int P256_BITS = 256;

    private Keys() {}

    /** A new key pair for an algorithm. */
    public static KeyPair generate(String algorithm) {
        try {
            if (algorithm.equals(EDDSA)) {
                return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("expected P-256 and Ed25519 in every Java platform, but: " + e, e);
        }
    }

    /** PEM of an encoded key. */
    public static String pem(String label, byte[] encoded) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + label
                + "-----\n";
    }

    /**
     * The algorithm of a public key.
     *
     * @throws IllegalArgumentException when it is no PEM of a P-256 or Ed25519 key
     */
    public static String algorithm(String publicPem) {
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(publicPem.replaceAll("-----[^-]+-----", ""));
        } catch (IllegalArgumentException e) {
            throw unknown(e);
        }
        X509EncodedKeySpec spec = new X509EncodedKeySpec(encoded);
        try {
            PublicKey key = KeyFactory.getInstance("EC").generatePublic(spec);
            if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == P256_BITS) {
                return ES256;
            }
        } catch (GeneralSecurityException e) {
            return edwards(spec);
        }
        throw unknown(null);
    }

    private static String edwards(X509EncodedKeySpec spec) {
        try {
            KeyFactory.getInstance("Ed25519").generatePublic(spec);
            return EDDSA;
        } catch (GeneralSecurityException e) {
            throw unknown(e);
        }
    }

    /**
     * The algorithm of a private key.
     *
     * @throws IllegalArgumentException when it is no PEM (PKCS 8) of a P-256 or Ed25519 key
     */
    static String privateAlgorithm(String privatePem) {
        try {
            PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(
                    Base64.getMimeDecoder().decode(privatePem.replaceAll("-----[^-]+-----", "")));
            try {
                KeyFactory.getInstance("Ed25519").generatePrivate(spec);
                return EDDSA;
            } catch (GeneralSecurityException e) {
                PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(spec);
                if (key instanceof ECPrivateKey ec && ec.getParams().getOrder().bitLength() == P256_BITS) {
                    return ES256;
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "expected PEM (PKCS 8) of a private P-256 or Ed25519 key, but it is something else", e);
        }
        throw new IllegalArgumentException("expected a private P-256 or Ed25519 key, but it is of another curve");
    }

    private static IllegalArgumentException unknown(@Nullable Exception cause) {
        return new IllegalArgumentException(
                "expected PEM of a public P-256 or Ed25519 key, but it is something else", cause);
    }
}
