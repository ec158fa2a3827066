package io.lumia.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.security.GeneralSecurityException;

/** Decrypts; hands over only what was authenticated, and fails at an end that is not the one that was written. */
final class SealedInput extends InputStream {
    /** What was read is not what was written. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        Damaged(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    private final PushbackInputStream in;
    private final Seal seal;
    private byte[] plain = new byte[0];
    private int next;
    private boolean ended;

    SealedInput(InputStream in, String password) throws IOException, BackupFailed {
        this.in = new PushbackInputStream(in, 1);
        this.seal = Seal.of(this.in.readNBytes(Seal.HEADER), password);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (next == plain.length) {
            if (ended) {
                return -1;
            }
            open();
        }
        int part = Math.min(length, plain.length - next);
        System.arraycopy(plain, next, into, from, part);
        next += part;
        return part;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void open() throws IOException {
        var sealed = in.readNBytes(Seal.CHUNK + Seal.TAG);
        int beyond = in.read();
        if (beyond >= 0) {
            in.unread(beyond);
        }
        try {
            plain = seal.decrypt(sealed, sealed.length, beyond < 0);
            next = 0;
            ended = beyond < 0;
        } catch (GeneralSecurityException refused) {
            throw new Damaged(
                    seal.chunks() == 1
                            ? "the password does not open it, or it is damaged"
                            : "it is damaged or cut short after " + (seal.chunks() - 1) * (Seal.CHUNK >> 10) + " KB",
                    refused);
        }
    }
}
