package io.lumia.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Files that a crash leaves either as they were or as they shall be: written beside, synced, renamed, directory synced. Blocks; call from a
 * worker.
 */
public final class DurableFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private DurableFiles() {}

    /** For keys and secrets: mode 0600 from the first byte. */
    public static void writePrivate(Path file, String text) throws IOException {
        write(file, text, OWNER_ONLY);
    }

    /** For certificates: mode 0644. */
    public static void writePublic(Path file, String text) throws IOException {
        write(file, text, READABLE);
    }

    /** Makes the directory and its missing parents with mode 0700; leaves those that exist as they are. */
    public static void directory(Path directory) throws IOException {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_DIRECTORY));
    }

    /** Points the symbolic link at the target, in one step for every reader. */
    public static void link(Path link, Path target) throws IOException {
        var beside = beside(link);
        Files.createSymbolicLink(beside, target);
        Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectoryOf(link);
    }

    private static void write(Path file, String text, Set<PosixFilePermission> mode) throws IOException {
        var beside = beside(file);
        try {
            create(beside, text, mode);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectoryOf(file);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * A new file with its content on disk, for whoever renames it later.
     *
     * @param secret mode 0600 from the first byte instead of 0644
     */
    public static void create(Path file, String text, boolean secret) throws IOException {
        create(file, text, secret ? OWNER_ONLY : READABLE);
    }

    private static void create(Path file, String text, Set<PosixFilePermission> mode) throws IOException {
        try (var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(mode))) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                int written = channel.write(bytes);
                assert written >= 0;
            }
            channel.force(true);
        }
        Files.setPosixFilePermissions(file, mode);
    }

    private static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    }

    /** Makes renames and new files beside this one survive a power cut. */
    public static void syncDirectoryOf(Path file) throws IOException {
        try (var channel = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
