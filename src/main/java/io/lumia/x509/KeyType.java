package io.lumia.x509;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.stream.Stream;

/** The kinds of keys that Lumia makes and takes. */
public enum KeyType {
    P256("p256", 256),
    P384("p384", 384),
    RSA_2048("rsa-2048", 2048),
    RSA_3072("rsa-3072", 3072),
    RSA_4096("rsa-4096", 4096),
    /** RFC 8410. */
    ED25519("ed25519", 256);

    private final String label;
    private final int bits;

    KeyType(String label, int bits) {
        this.label = label;
        this.bits = bits;
    }

    /** The name in configuration and answers. */
    public String label() {
        return label;
    }

    public int bits() {
        return bits;
    }

    public boolean isRsa() {
        return this == RSA_2048 || this == RSA_3072 || this == RSA_4096;
    }

    /** Whether the key is of this kind; an RSA key may be longer. */
    public boolean admits(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return isRsa() && rsa.getModulus().bitLength() >= bits;
        }
        return of(key).filter(this::equals).isPresent();
    }

    /** The strongest kind that admits the key; empty when Lumia takes none of its kind. */
    public static Optional<KeyType> of(PublicKey key) {
        if (Keys.unfit(key).isPresent()) {
            return Optional.empty();
        }
        if (key instanceof RSAPublicKey) {
            return Stream.of(RSA_4096, RSA_3072, RSA_2048)
                    .filter(type -> type.admits(key))
                    .findFirst();
        }
        if (key instanceof ECPublicKey ec) {
            return Optional.of(ec.getParams().getOrder().bitLength() == 256 ? P256 : P384);
        }
        return Optional.of(ED25519);
    }

    /** The label. */
    @Override
    public String toString() {
        return label;
    }
}
