package io.lumia.audit;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of the chain's MACs, DATA/audit-key (0600). Not beside the log, so that whoever is given the log's directory to read or ship it does not
 * get the key with it.
 */
public final class ChainKey {
    static final String FILE = "audit-key";
    private static final String ALGORITHM = "HmacSHA256";
    private static final HexFormat HEX = HexFormat.of();
    private static final int OCTETS = 32;

    private final SecretKeySpec key;

    ChainKey(byte[] octets) {
        this.key = new SecretKeySpec(octets, ALGORITHM);
    }

    /** The key of this data directory; empty: there is none. Blocks. */
    public static Optional<ChainKey> find(Path data) throws IOException {
        var file = data.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var text = Files.readString(file).strip();
        if (!text.matches("[0-9a-f]{64}")) {
            throw new IOException("the key of the audit chain in " + file
                    + " is damaged; restore it from a backup, or move it away to begin a new chain");
        }
        return Optional.of(new ChainKey(HEX.parseHex(text)));
    }

    /** The key of this data directory, made when there is none. Blocks. */
    static ChainKey open(Path data) throws IOException {
        var found = find(data);
        if (found.isPresent()) {
            return found.get();
        }
        var octets = new byte[OCTETS];
        new SecureRandom().nextBytes(octets);
        DurableFiles.directory(data);
        DurableFiles.writePrivate(data.resolve(FILE), HEX.formatHex(octets) + "\n");
        return new ChainKey(octets);
    }

    /** By which a chain tells with which key it began; tells nothing of the key. */
    String id() {
        return sha256(key.getEncoded()).substring(0, 16);
    }

    String mac(byte[] content, int length) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(content, 0, length);
            return HEX.formatHex(mac.doFinal());
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", broken);
        }
    }

    static String sha256(byte[] content) {
        return HEX.formatHex(digest().digest(content));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }
}
