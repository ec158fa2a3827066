package io.lumia.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;

/**
 * How the bytes of a backup are encrypted: in chunks of 64 KB under AES-256-GCM, so that nothing is handed over that was not authenticated
 * and no size is too large. The nonce counts the chunks and marks the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and
 * Vizár, 2015): chunks can be neither changed nor left out, moved or cut off. The key is made from the password by scrypt (RFC 7914) with a
 * salt of its own for each backup, so that no nonce comes twice under one key.
 */
final class Seal {
    static final int CHUNK = 1 << 16;
    static final int TAG = 16;
    static final int HEADER;

    private static final byte[] MAGIC = "lumia-backup 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT = 32;
    private static final int KEY = 32;
    private static final int NONCE = 12;

    /** 64 MB and 0.2 s for each guess. */
    private static final int LOG_N = 16;

    private static final int MOST_LOG_N = 20;
    private static final int R = 8;
    private static final int P = 1;

    static {
        HEADER = MAGIC.length + 1 + SALT;
    }

    private final byte[] header;
    private final SecretKeySpec key;
    private final Cipher cipher;
    private long chunk;

    private Seal(byte[] header, SecretKeySpec key) throws IOException {
        this.header = header;
        this.key = key;
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException broken) {
            throw new IOException("this Java platform cannot encrypt", broken);
        }
    }

    /** For a new backup. */
    static Seal fresh(String password) throws IOException {
        var salt = new byte[SALT];
        new SecureRandom().nextBytes(salt);
        var header = ByteBuffer.allocate(HEADER)
                .put(MAGIC)
                .put((byte) LOG_N)
                .put(salt)
                .array();
        return new Seal(header, key(password, salt, LOG_N));
    }

    /** Of the backup that begins with this header. @throws BackupFailed when it is none */
    static Seal of(byte[] header, String password) throws IOException, BackupFailed {
        if (header.length != HEADER || !Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new BackupFailed("is no backup of Lumia, or one of another version");
        }
        int cost = header[MAGIC.length];
        if (cost < 1 || cost > MOST_LOG_N) {
            throw new BackupFailed("is damaged in its first bytes: take another backup");
        }
        return new Seal(header, key(password, Arrays.copyOfRange(header, MAGIC.length + 1, HEADER), cost));
    }

    byte[] header() {
        return header.clone();
    }

    /** Chunks so far. */
    long chunks() {
        return chunk;
    }

    byte[] encrypt(byte[] plain, int length, boolean last) throws IOException {
        try {
            return next(Cipher.ENCRYPT_MODE, last).doFinal(plain, 0, length);
        } catch (GeneralSecurityException broken) {
            throw new IOException("this Java platform cannot encrypt", broken);
        }
    }

    /** @throws GeneralSecurityException when it is not what was written at this place with this password */
    byte[] decrypt(byte[] sealed, int length, boolean last) throws GeneralSecurityException {
        return next(Cipher.DECRYPT_MODE, last).doFinal(sealed, 0, length);
    }

    private Cipher next(int mode, boolean last) throws GeneralSecurityException {
        var nonce = ByteBuffer.allocate(NONCE)
                .putLong(NONCE - 1 - Long.BYTES, chunk++)
                .put(NONCE - 1, (byte) (last ? 1 : 0))
                .array();
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
        cipher.updateAAD(header);
        return cipher;
    }

    private static SecretKeySpec key(String password, byte[] salt, int cost) {
        var octets = password.getBytes(StandardCharsets.UTF_8);
        try {
            return new SecretKeySpec(SCrypt.generate(octets, salt, 1 << cost, R, P, KEY), "AES");
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
