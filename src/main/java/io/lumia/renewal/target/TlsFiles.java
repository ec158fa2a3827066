package io.lumia.renewal.target;

import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Pem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PEM files that a server reads: all are staged before the first is replaced. Blocks; call from a worker. */
final class TlsFiles {
    private static final Logger log = LoggerFactory.getLogger(TlsFiles.class);
    static final String CERTIFICATE = "certificate.pem";
    static final String KEY = "key.pem";
    private static final String CHAIN = "chain.pem";
    static final String ROOTS = "ca.pem";

    private final Map<String, InstalledFile> files = new LinkedHashMap<>();

    /**
     * Where what goes.
     *
     * @param certificate leaf and intermediates
     * @param chain the intermediates alone; null: nowhere
     * @param roots what clients are verified by; null: nowhere
     * @param owner of files that are not there yet; null: the user of this process
     */
    record Places(
            Path certificate,
            Path key,
            @Nullable Path chain,
            @Nullable Path roots,
            @Nullable String owner) {}

    TlsFiles(Places places) {
        // the key goes first: a server that reads in between finds a pair that does not match, and keeps what it has
        files.put(KEY, new InstalledFile(places.key, true, places.owner));
        files.put(CERTIFICATE, new InstalledFile(places.certificate, false, places.owner));
        if (places.chain != null) {
            files.put(CHAIN, new InstalledFile(places.chain, false, places.owner));
        }
        if (places.roots != null) {
            files.put(ROOTS, new InstalledFile(places.roots, false, places.owner));
        }
    }

    /** Empty, and a line in the log, when they cannot be used. */
    Optional<TlsMaterial> current() throws TargetFailed {
        var texts = snapshot().texts();
        var certificate = texts.get(CERTIFICATE);
        var key = texts.get(KEY);
        if (certificate == null || key == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsMaterial.parse(key, certificate));
        } catch (IllegalArgumentException unusable) {
            log.atWarn()
                    .addKeyValue("file", path(CERTIFICATE))
                    .addKeyValue("reason", unusable.getMessage())
                    .log("what is installed cannot be used");
            return Optional.empty();
        }
    }

    Snapshot snapshot() throws TargetFailed {
        var texts = new TreeMap<String, String>();
        for (var file : files.entrySet()) {
            file.getValue().read().ifPresent(text -> texts.put(file.getKey(), text));
        }
        return new Snapshot(texts);
    }

    /** @return whether the roots changed, which some servers read only when they start */
    boolean install(Installation wanted) throws TargetFailed {
        var chain = wanted.material().chain();
        var before = snapshot().texts().get(ROOTS);
        var texts = new TreeMap<String, String>();
        texts.put(KEY, Pem.of(wanted.material().key()));
        texts.put(CERTIFICATE, Pem.of(chain));
        texts.put(CHAIN, chain.size() > 1 ? Pem.of(chain.subList(1, chain.size())) : "");
        texts.put(ROOTS, Pem.of(wanted.roots()));
        replace(texts);
        return files.containsKey(ROOTS) && !texts.get(ROOTS).equals(before);
    }

    /** @return whether the roots changed */
    boolean restore(Snapshot before) throws TargetFailed {
        var now = snapshot().texts().get(ROOTS);
        replace(before.texts());
        for (var file : files.entrySet()) {
            if (!before.texts().containsKey(file.getKey())) {
                file.getValue().remove();
            }
        }
        return now != null && !now.equals(before.texts().get(ROOTS));
    }

    Path path(String name) {
        return java.util.Objects.requireNonNull(files.get(name)).path();
    }

    Path certificate() {
        return path(CERTIFICATE);
    }

    Path key() {
        return path(KEY);
    }

    private void replace(Map<String, String> texts) throws TargetFailed {
        var staged = new LinkedHashMap<InstalledFile, Path>();
        try {
            for (var file : files.entrySet()) {
                var text = texts.get(file.getKey());
                if (text != null) {
                    staged.put(file.getValue(), file.getValue().stage(text));
                }
            }
            for (var file : staged.entrySet()) {
                file.getKey().commit(file.getValue());
            }
        } finally {
            for (var file : staged.entrySet()) {
                file.getKey().drop(file.getValue());
            }
        }
    }
}
