package io.lumia.backup;

import java.io.IOException;
import java.io.OutputStream;

/** Encrypts what is written; only {@link #finish} makes it whole. */
final class SealedOutput extends OutputStream {
    private final OutputStream out;
    private final Seal seal;
    private final byte[] chunk = new byte[Seal.CHUNK];
    private int filled;

    SealedOutput(OutputStream out, String password) throws IOException {
        this.out = out;
        this.seal = Seal.fresh(password);
        out.write(seal.header());
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (filled == chunk.length) {
                send(false);
            }
            int part = Math.min(length - done, chunk.length - filled);
            System.arraycopy(octets, from + done, chunk, filled, part);
            filled += part;
            done += part;
        }
    }

    /** Writes the last chunk; nothing may follow. */
    void finish() throws IOException {
        send(true);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void send(boolean last) throws IOException {
        out.write(seal.encrypt(chunk, filled, last));
        filled = 0;
    }
}
