package io.lumia.renewal.target;

import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that another program reads. It is written beside and renamed, so a reader sees the old or the new one; it belongs to whom it
 * belonged before, or to the owner that is given. Blocks; call from a worker.
 *
 * @param path of the file
 * @param secret mode 0600 instead of 0644
 * @param owner user for a file that is not there yet; null: the user of this process
 */
record InstalledFile(Path path, boolean secret, @Nullable String owner) {
    /** What it holds; empty when it is not there. */
    Optional<String> read() throws TargetFailed {
        try {
            return Optional.of(Files.readString(path));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new TargetFailed("cannot read " + path + ": " + why(unreadable), unreadable);
        }
    }

    /** Writes the text beside the file, where {@link #commit} or {@link #drop} finds it. */
    Path stage(String text) throws TargetFailed {
        var beside = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".new");
        try {
            DurableFiles.create(beside, text, secret);
            keepOwner(beside);
            return beside;
        } catch (IOException unwritable) {
            drop(beside);
            throw new TargetFailed("cannot write " + path + ": " + why(unwritable), unwritable);
        }
    }

    /** Makes what was staged the file. */
    void commit(Path staged) throws TargetFailed {
        try {
            Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            DurableFiles.syncDirectoryOf(path);
        } catch (IOException unwritable) {
            throw new TargetFailed("cannot replace " + path + ": " + why(unwritable), unwritable);
        }
    }

    void drop(Path staged) throws TargetFailed {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException left) {
            throw new TargetFailed("cannot remove " + staged + ": " + why(left), left);
        }
    }

    void remove() throws TargetFailed {
        drop(path);
    }

    private void keepOwner(Path beside) throws IOException {
        var fresh = Files.getFileAttributeView(beside, PosixFileAttributeView.class);
        if (Files.exists(path)) {
            var before = Files.readAttributes(path, PosixFileAttributes.class);
            var now = fresh.readAttributes();
            if (!now.group().equals(before.group())) {
                fresh.setGroup(before.group());
            }
            if (!now.owner().equals(before.owner())) {
                fresh.setOwner(before.owner());
            }
        } else if (owner != null) {
            fresh.setOwner(path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(owner));
        }
    }

    /** File system exceptions often say no more than the path. */
    static String why(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "its directory does not exist; create it";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied; give this user the right to write in the directory";
        }
        var reason = failure instanceof FileSystemException inPath ? inPath.getReason() : failure.getMessage();
        if (reason == null) {
            return failure.getClass().getSimpleName();
        }
        return switch (reason) {
            case "No space left on device" -> "no space left on the disk; free some";
            case "Read-only file system" -> "the file system is read-only; mount it for writing";
            case "Operation not permitted" -> "operation not permitted; run as the file's owner or as root";
            default -> reason;
        };
    }
}
