package io.lumia.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lumia's data directory, also while a process runs on it. The database and the broker's store are copied by those who know how; what is left
 * is written whole and renamed into place, or only ever appended to.
 */
public final class DataDirectory implements Source {
    static final String DATA = "data/";
    static final String CONFIGURATION = "configuration/";
    static final String BACKUPS = "backups";
    static final String REPLACED = "replaced-";

    private static final String IDENTITIES = "identities";
    private static final String DATABASE = "lumia.db";
    /** Of a database that is not here; lies here after a restore. */
    private static final String DUMP = "lumia.dump";

    private static final String BROKER = "broker";
    /** Made anew from the audit log. */
    private static final String AUDIT_INDEX = "audit-index.db";

    private static final Set<String> NOT_COPIED = Set.of("lock", BACKUPS, IDENTITIES, BROKER);
    private static final int TRIES = 10;

    private final Path data;
    private final List<Path> configuration;
    private final LiveCopies copies;

    /** How what is open in another process is copied. Each blocks. */
    public interface LiveCopies {
        /** Copies the database as it is at one moment into a directory. @return the file that it made there; empty when there is none */
        Optional<Path> database(Path data, Path directory) throws IOException;

        /** Copies the broker's store as it is at one moment into an empty directory. @return false when there is none */
        boolean broker(Path data, Path target) throws IOException;

        /** What whoever restores has to know. */
        default List<String> notes() {
            return List.of();
        }
    }

    /** @param configuration files that go along, for whoever restores */
    public DataDirectory(Path data, List<Path> configuration, LiveCopies copies) {
        this.data = data;
        this.configuration = List.copyOf(configuration);
        this.copies = copies;
    }

    @Override
    public Manifest.Kind kind() {
        return Manifest.Kind.LUMIA;
    }

    @Override
    public Path directory() {
        return data;
    }

    @Override
    public List<String> notes() throws BackupFailed {
        if (!Files.isDirectory(data.resolve("ca"))
                && !Files.exists(data.resolve(DATABASE))
                && !Files.isDirectory(data.resolve(IDENTITIES))) {
            throw new BackupFailed(
                    data.toAbsolutePath()
                            + " is no data directory of Lumia: there is neither a CA nor a database in it; name one with --data");
        }
        return copies.notes();
    }

    @Override
    public void write(ArchiveOutput archive, Path scratch) throws IOException {
        var database = copies.database(data, scratch);
        if (database.isPresent()) {
            archive.add(DATA + database.get().getFileName(), database.get());
            Files.delete(database.get());
        }
        var broker = Files.createDirectory(scratch.resolve(BROKER));
        if (copies.broker(data, broker)) {
            new Tree(broker, DATA + BROKER + "/", file -> true).addTo(archive);
        }
        addIdentities(archive);
        new Tree(data, DATA, DataDirectory::isCopied).addTo(archive);
        for (Path file : configuration) {
            archive.add(CONFIGURATION + file.getFileName(), file);
        }
    }

    private static boolean isCopied(Path relative) {
        var top = relative.getName(0).toString();
        var name = String.valueOf(relative.getFileName());
        return !NOT_COPIED.contains(top)
                && !top.startsWith(DATABASE)
                && !top.equals(DUMP)
                && !top.startsWith(AUDIT_INDEX)
                && !top.startsWith(REPLACED)
                && !top.startsWith(".")
                && !(name.startsWith(".") && name.endsWith(".tmp"));
    }

    private void addIdentities(ArchiveOutput archive) throws IOException {
        var identities = data.resolve(IDENTITIES);
        if (!Files.isDirectory(identities)) {
            return;
        }
        try (var all = Files.list(identities)) {
            for (Path identity : all.sorted().toList()) {
                addIdentity(archive, identity);
            }
        }
    }

    /** A renewal may come between: then the link leads to a generation that was not read, and it is read again. */
    private void addIdentity(ArchiveOutput archive, Path identity) throws IOException {
        for (int attempt = 1; ; attempt++) {
            var read = new Copy(identity);
            if (read.isWhole() || attempt == TRIES) {
                read.addTo(archive, DATA + IDENTITIES + "/" + identity.getFileName() + "/");
                return;
            }
        }
    }

    /** A small directory in memory: files with their modes, and links. */
    private static final class Copy {
        private final Map<Path, byte[]> files = new LinkedHashMap<>();
        private final Map<Path, Integer> modes = new LinkedHashMap<>();
        private final Map<Path, Path> links = new LinkedHashMap<>();

        Copy(Path directory) throws IOException {
            var paths = new ArrayList<Path>();
            try (var all = Files.walk(directory)) {
                all.forEach(paths::add);
            } catch (java.io.UncheckedIOException changing) {
                // a generation went away meanwhile: what was found is looked at
            }
            for (Path path : paths) {
                try {
                    read(directory.relativize(path), path);
                } catch (NoSuchFileException gone) {
                    // the same
                }
            }
        }

        private void read(Path name, Path path) throws IOException {
            if (Files.isSymbolicLink(path)) {
                links.put(name, Files.readSymbolicLink(path));
            } else if (Files.isRegularFile(path)
                    && !name.getFileName().toString().endsWith(".tmp")) {
                var content = new ByteArrayOutputStream();
                Files.copy(path, content);
                modes.put(name, ArchiveOutput.mode(path));
                files.put(name, content.toByteArray());
            }
        }

        /** Whether every link leads to something that was read. */
        boolean isWhole() {
            return links.entrySet().stream()
                    .allMatch(link -> files.keySet().stream()
                            .anyMatch(file -> file.startsWith(link.getKey()
                                    .resolveSibling(link.getValue())
                                    .normalize())));
        }

        void addTo(ArchiveOutput archive, String prefix) throws IOException {
            for (var file : files.entrySet()) {
                archive.add(prefix + file.getKey(), file.getValue(), modes.getOrDefault(file.getKey(), 0600));
            }
            for (var link : links.entrySet()) {
                archive.addLink(prefix + link.getKey(), link.getValue().toString());
            }
        }
    }
}
