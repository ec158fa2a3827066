package io.lumia.renewal.target;

import io.lumia.access.MosquittoAcl;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What mosquitto.conf(5) names, looked at before the broker reads it again: versions before 2.1 have no option to check it, and an ACL file
 * with a mistake ends the broker. Blocks; call from a worker.
 */
final class MosquittoConfiguration {
    private final Path file;

    MosquittoConfiguration(Path file) {
        this.file = file;
    }

    /** @throws TargetFailed that names the line's option, the file and the remedy */
    void check(TlsFiles files) throws TargetFailed {
        var lines = lines(file, 0);
        demandUse(lines, "certfile", files.certificate());
        demandUse(lines, "keyfile", files.key());
        for (String[] line : lines) {
            checkFile(line[0], line[1]);
        }
    }

    private void demandUse(List<String[]> lines, String option, Path installed) throws TargetFailed {
        var used = lines.stream()
                .filter(line -> line[0].equals(option))
                .map(line -> Path.of(line[1]))
                .toList();
        if (!used.isEmpty() && used.stream().noneMatch(path -> same(path, installed))) {
            throw new TargetFailed(file + ": " + option + " is " + used.get(0) + ", but the target installs "
                    + installed + "; let both name the same file");
        }
    }

    private static void checkFile(String option, String value) throws TargetFailed {
        switch (option) {
            case "acl_file" -> checkAcl(Path.of(value));
            case "cafile" -> checkCertificates(Path.of(value));
            case "crlfile", "password_file", "psk_file" -> demandReadable(option, Path.of(value));
            default -> {
                // nothing that a reload reads
            }
        }
    }

    private static void demandReadable(String option, Path file) throws TargetFailed {
        var unused = text(option, file);
    }

    private static void checkAcl(Path acl) throws TargetFailed {
        try {
            var unused = MosquittoAcl.parse(text("acl_file", acl));
        } catch (IllegalArgumentException malformed) {
            throw new TargetFailed(
                    "acl_file " + acl + ": " + malformed.getMessage()
                            + "; the broker would end at the reload, correct it first",
                    malformed);
        }
    }

    private static void checkCertificates(Path bundle) throws TargetFailed {
        try {
            var unused = Pem.certificates(text("cafile", bundle));
        } catch (IllegalArgumentException malformed) {
            throw new TargetFailed("cafile " + bundle + ": " + malformed.getMessage(), malformed);
        }
    }

    private static List<String[]> lines(Path file, int depth) throws TargetFailed {
        var found = new ArrayList<String[]>();
        for (String line : text("target.config-file", file).lines().toList()) {
            var words = line.strip().split("\\s+", 2);
            if (words.length < 2 || words[0].startsWith("#")) {
                continue;
            }
            found.add(words);
            if (words[0].equals("include_dir") && depth == 0) {
                for (Path included : included(Path.of(words[1]))) {
                    found.addAll(lines(included, 1));
                }
            }
        }
        return found;
    }

    private static List<Path> included(Path directory) throws TargetFailed {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(path -> path.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new TargetFailed("include_dir " + directory + " cannot be read", unreadable);
        }
    }

    private static String text(String option, Path file) throws TargetFailed {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new TargetFailed(
                    option + " " + file + " cannot be read: " + InstalledFile.why(unreadable), unreadable);
        }
    }

    private static boolean same(Path one, Path other) {
        try {
            return one.toAbsolutePath()
                            .normalize()
                            .equals(other.toAbsolutePath().normalize())
                    || Files.isSameFile(one, other);
        } catch (IOException missing) {
            return false;
        }
    }
}
