package io.lumia.backup;

import io.lumia.crypto.DurableFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads a backup. Nothing leaves the directory it is unpacked into, whatever its entries are called. */
final class ArchiveInput {
    private static final int BUFFER = 1 << 16;
    private static final long LARGEST_MANIFEST = 1 << 20;

    private final Path file;
    private final String password;

    ArchiveInput(Path file, String password) {
        this.file = file;
        this.password = password;
    }

    /** @param files links not counted */
    record Unpacked(Manifest manifest, long files, long bytes) {}

    /**
     * Unpacks all of it, up to its authenticated end.
     *
     * @param synced whether each file is on disk afterwards; else it is with the operating system, which is enough to look at it
     * @throws BackupFailed naming the file, when it is not whole
     */
    Unpacked into(Path directory, boolean synced) throws BackupFailed {
        try (var sealed = new SealedInput(new BufferedInputStream(Files.newInputStream(file), BUFFER), password);
                var tar = new TarArchiveInputStream(new GZIPInputStream(sealed, BUFFER))) {
            var manifest = manifest(tar);
            var links = new LinkedHashMap<Path, String>();
            long files = 0;
            long bytes = 0;
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var target = inside(directory, entry.getName());
                if (entry.isSymbolicLink()) {
                    links.put(target, entry.getLinkName());
                } else {
                    bytes += write(tar, entry, target, synced);
                    files++;
                }
            }
            demandEnd(sealed);
            link(directory, links);
            return new Unpacked(manifest, files, bytes);
        } catch (BackupFailed refused) {
            throw new BackupFailed("the backup " + file + " " + refused.getMessage(), refused);
        } catch (NoSuchFileException missing) {
            throw new BackupFailed("there is no backup " + file, missing);
        } catch (SealedInput.Damaged damaged) {
            throw new BackupFailed("the backup " + file + " cannot be used: " + damaged.getMessage(), damaged);
        } catch (IOException broken) {
            throw new BackupFailed(
                    "the backup " + file + " cannot be unpacked into " + directory + ": " + broken, broken);
        }
    }

    private static Manifest manifest(TarArchiveInputStream tar) throws IOException, BackupFailed {
        var first = tar.getNextEntry();
        if (first == null || !first.getName().equals(Manifest.ENTRY) || first.getSize() > LARGEST_MANIFEST) {
            throw new BackupFailed("does not say what it is of");
        }
        return Manifest.parse(tar.readAllBytes());
    }

    private static long write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target, boolean synced)
            throws IOException {
        if (!entry.isFile()) {
            throw new IOException("neither file nor link: " + entry.getName());
        }
        var parent = target.getParent();
        if (parent != null) {
            DurableFiles.directory(parent);
        }
        try (var out = FileChannel.open(
                target,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            long copied = tar.transferTo(java.nio.channels.Channels.newOutputStream(out));
            if (synced) {
                out.force(true);
            }
            Files.setPosixFilePermissions(target, Modes.permissions(entry.getMode()));
            return copied;
        }
    }

    /** After all files, so that none is written through one. */
    private static void link(Path directory, Map<Path, String> links) throws IOException {
        for (var each : links.entrySet()) {
            var link = each.getKey();
            var target = link.resolveSibling(each.getValue()).normalize();
            if (!target.startsWith(directory.normalize())) {
                throw new IOException("a link leads out of it: " + link);
            }
            DurableFiles.directory(java.util.Objects.requireNonNull(link.getParent()));
            Files.createSymbolicLink(link, Path.of(each.getValue()));
        }
    }

    private static void demandEnd(SealedInput sealed) throws IOException {
        var rest = new byte[BUFFER];
        while (sealed.read(rest, 0, rest.length) >= 0) {
            // padding of the formats within
        }
    }

    private static Path inside(Path directory, String name) throws IOException {
        var target = directory.resolve(name).normalize();
        if (!target.startsWith(directory.normalize()) || target.equals(directory.normalize())) {
            throw new IOException("an entry leads out of it: " + name);
        }
        return target;
    }
}
