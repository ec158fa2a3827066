package io.lumia.backup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.function.Predicate;

/** Walks directories whose files may come and go meanwhile. */
final class Tree {
    private final Path root;
    private final String prefix;
    private final Predicate<Path> wanted;

    /**
     * @param prefix of the names in the archive, with its slash
     * @param wanted asked of each path relative to the root; a directory that is not wanted is not entered
     */
    Tree(Path root, String prefix, Predicate<Path> wanted) {
        this.root = root;
        this.prefix = prefix;
        this.wanted = wanted;
    }

    /** Files that vanish before they are read are left out: they were on their way out anyway. */
    void addTo(ArchiveOutput archive) throws IOException {
        var unused = Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return directory.equals(root) || wanted.test(root.relativize(directory))
                        ? FileVisitResult.CONTINUE
                        : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (wanted.test(root.relativize(file))) {
                    add(archive, file, attributes);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
                if (failed instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failed;
            }
        });
    }

    private void add(ArchiveOutput archive, Path file, BasicFileAttributes attributes) throws IOException {
        var name = prefix + root.relativize(file);
        try {
            if (attributes.isSymbolicLink()) {
                archive.addLink(name, Files.readSymbolicLink(file).toString());
            } else if (attributes.isRegularFile()) {
                archive.add(name, file);
            }
        } catch (NoSuchFileException gone) {
            // nothing of it was written yet
        }
    }

    /** Deletes a directory with everything in it; links are not followed. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException kept) {
                    throw new UncheckedIOException(kept);
                }
            });
        } catch (UncheckedIOException kept) {
            throw kept.getCause();
        }
    }
}
