package io.lumia.cli;

import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Holds a data directory for one process; the operating system releases it when the process ends, however it ends. */
final class DataLock implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private DataLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Makes the directory when missing. @throws CannotStart when it cannot be written or another process holds it */
    static DataLock on(Path data) {
        try {
            DurableFiles.directory(data);
            if (!Files.isWritable(data)) {
                throw new IOException("permission denied");
            }
            return hold(data);
        } catch (IOException unwritable) {
            throw new CannotStart(
                    "data: cannot write to the data directory " + data.toAbsolutePath() + " (" + reason(unwritable)
                            + "); create it for this user or choose another with --data",
                    unwritable);
        }
    }

    /** File system exceptions often hold no more than the path. */
    private static String reason(IOException unwritable) {
        if (unwritable instanceof FileAlreadyExistsException) {
            return "a file is in its place";
        }
        if (unwritable instanceof FileSystemException inPath) {
            return inPath.getReason() != null
                    ? inPath.getReason()
                    : unwritable instanceof NoSuchFileException ? "it cannot be made there" : "permission denied";
        }
        return String.valueOf(unwritable.getMessage());
    }

    private static DataLock hold(Path data) throws IOException {
        var file = data.resolve("lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new CannotStart("data: another Lumia process runs on the data directory " + data.toAbsolutePath()
                    + "; stop it or choose another directory with --data");
        }
        return new DataLock(file, channel);
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
