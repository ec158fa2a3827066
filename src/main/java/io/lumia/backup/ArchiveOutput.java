package io.lumia.backup;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** The files of a backup: tar, compressed, sealed. */
final class ArchiveOutput implements Closeable {
    private static final int BUFFER = 1 << 16;
    private static final int PRIVATE = 0600;

    private final SealedOutput sealed;
    private final GZIPOutputStream packed;
    private final TarArchiveOutputStream tar;
    private long files;

    ArchiveOutput(Path file, String password) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, mode);
        sealed = new SealedOutput(
                new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE), BUFFER), password);
        packed = new GZIPOutputStream(sealed, BUFFER);
        tar = new TarArchiveOutputStream(packed, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    /** A file of mode 0600. */
    void add(String name, byte[] content) throws IOException {
        add(name, content, PRIVATE);
    }

    void add(String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(mode);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
        files++;
    }

    /** The file as long as it is now; what is appended meanwhile stays out. */
    void add(String name, Path file) throws IOException {
        try (var in = Files.newByteChannel(file, StandardOpenOption.READ)) {
            var entry = new TarArchiveEntry(name);
            entry.setSize(in.size());
            entry.setMode(mode(file));
            tar.putArchiveEntry(entry);
            copy(java.nio.channels.Channels.newInputStream(in), entry.getSize());
            tar.closeArchiveEntry();
            files++;
        }
    }

    void addLink(String name, String target) throws IOException {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    /** Files so far, links not counted. */
    long files() {
        return files;
    }

    /** Makes it whole. */
    void finish() throws IOException {
        tar.finish();
        packed.finish();
        sealed.finish();
    }

    @Override
    public void close() throws IOException {
        // what was not finished stays without its last chunk, and nobody takes it
        sealed.close();
    }

    private void copy(InputStream in, long length) throws IOException {
        var buffer = new byte[BUFFER];
        for (long left = length; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new EOFException("it became shorter while it was read");
            }
            tar.write(buffer, 0, read);
            left -= read;
        }
    }

    static int mode(Path file) throws IOException {
        return Modes.of(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }
}
