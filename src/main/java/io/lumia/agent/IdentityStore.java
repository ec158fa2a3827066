package io.lumia.agent;

import io.lumia.crypto.DurableFiles;
import io.lumia.tls.IdentityFiles;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.Printable;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an identity keeps on disk: identity key, roots, contact, generations of certificates. What is half-written or corrupt is told and left
 * out, the rest is used. Blocks; call from a worker.
 */
final class IdentityStore {
    private static final Logger log = LoggerFactory.getLogger(IdentityStore.class);

    private static final String ROOTS = "root.pem";
    private static final String LINEAGE = "roots-trusted";

    private final IdentityFiles files;
    private final @Nullable String dnsName;

    IdentityStore(Path data, String name, @Nullable String dnsName) {
        this.files = new IdentityFiles(data, name);
        this.dnsName = dnsName;
    }

    /**
     * What is there.
     *
     * @param trusted null before provisioning
     * @param pinned the only roots that provisioning may hand out: the configured one, or those trusted before; empty: any
     * @param generation null when there is none that can be used; it may have expired
     */
    record Kept(
            KeyPair identityKey,
            @Nullable Trusted trusted,
            IdentityFiles.@Nullable Generation generation,
            Set<Fingerprint> pinned,
            @Nullable String token) {}

    /** Whom an identity trusts and where it finds them. */
    record Trusted(List<X509Certificate> roots, Contact contact) {}

    IdentityFiles files() {
        return files;
    }

    /**
     * Reads everything; makes the identity key at the first call.
     *
     * @param pinned the root that counts, or that the stored ones came from; null: the stored ones
     * @param others roots that are trusted beside it
     * @throws IOException when the identity key cannot be read or written
     */
    Kept load(@Nullable Fingerprint pinned, List<X509Certificate> others) throws IOException {
        var key = files.identityKey();
        var trusted = trusted(pinned).orElse(null);
        var generation = trusted == null
                ? null
                : files.current()
                        .filter(stored -> usable(stored, trusted.roots(), others))
                        .orElse(null);
        var token = read("token").map(String::strip).orElse(null);
        return new Kept(key, trusted, generation, acceptable(pinned), token);
    }

    /** Keeps what provisioning handed out, so that a restart needs none. */
    void keep(Enrolment.Claimed claimed) throws IOException {
        var contact = claimed.contact();
        DurableFiles.writePublic(file("bootstrap.pem"), Pem.of(claimed.bootstrap()));
        Files.deleteIfExists(file(LINEAGE));
        keep(claimed.roots());
        DurableFiles.writePublic(
                file("contact.json"),
                new JsonObject()
                        .put("acmeDirectory", contact.acmeDirectory().toString())
                        .put(
                                "mqtt",
                                new JsonObject().put("host", contact.mqttHost()).put("port", contact.mqttPort()))
                        .encodePrettily());
        Files.deleteIfExists(file("token"));
    }

    /**
     * Trusts these roots from now on; they came from those before. What a pin meant once is remembered first: a crash in between leaves the old
     * bundle, which still counts.
     */
    void keep(List<X509Certificate> roots) throws IOException {
        var lineage = lineage();
        roots.forEach(root -> lineage.add(Fingerprint.of(root)));
        DurableFiles.writePublic(
                file(LINEAGE), lineage.stream().map(root -> root + "\n").collect(Collectors.joining()));
        DurableFiles.writePublic(file(ROOTS), Pem.of(roots));
    }

    /** Remembers that the CA knows which bundle this identity uses. */
    void confirmed(Fingerprint bundle) throws IOException {
        DurableFiles.writePublic(file("trust-confirmed"), bundle.hex() + "\n");
    }

    /** The bundle that the CA knows to be used here; empty: none. */
    Optional<String> confirmed() throws IOException {
        return read("trust-confirmed").map(String::strip);
    }

    /** Reads a contact as the provisioning service and our own file spell it. @throws IllegalArgumentException naming what is wrong */
    static Contact contact(JsonObject json) {
        try {
            var mqtt = json.getJsonObject("mqtt");
            var directory = json.getString("acmeDirectory");
            if (mqtt == null
                    || directory == null
                    || mqtt.getString("host") == null
                    || mqtt.getInteger("port") == null) {
                throw new IllegalArgumentException("acmeDirectory, mqtt.host and mqtt.port must be there");
            }
            return new Contact(URI.create(directory), mqtt.getString("host"), mqtt.getInteger("port"));
        } catch (ClassCastException wrongType) {
            throw new IllegalArgumentException("acmeDirectory or mqtt has the wrong type", wrongType);
        }
    }

    private Optional<Trusted> trusted(@Nullable Fingerprint pinned) throws IOException {
        var rootPem = read(ROOTS);
        var contactJson = read("contact.json");
        if (rootPem.isEmpty() || contactJson.isEmpty()) {
            return Optional.empty();
        }
        try {
            var roots = Pem.certificates(rootPem.get());
            if (pinned != null && !isFrom(pinned, roots)) {
                dropped(ROOTS, "its root is not the pinned one (agent.root-fingerprint)");
                return Optional.empty();
            }
            return Optional.of(new Trusted(roots, contact(new JsonObject(contactJson.get()))));
        } catch (IllegalArgumentException | DecodeException corrupt) {
            dropped("root.pem or contact.json", Printable.quoted(String.valueOf(corrupt.getMessage())));
            return Optional.empty();
        }
    }

    /** Whether it is among the roots, or the CA of a root that was pinned handed them out (agent.root-fingerprint). */
    private boolean isFrom(Fingerprint pinned, List<X509Certificate> roots) throws IOException {
        return lineage().contains(pinned) || roots.stream().anyMatch(root -> pinned.equals(Fingerprint.of(root)));
    }

    private Set<Fingerprint> acceptable(@Nullable Fingerprint pinned) throws IOException {
        var seen = new LinkedHashSet<Fingerprint>();
        try {
            var roots = read(ROOTS).map(Pem::certificates).orElse(List.of());
            if (pinned == null || isFrom(pinned, roots)) {
                roots.forEach(root -> seen.add(Fingerprint.of(root)));
            }
        } catch (IllegalArgumentException corrupt) {
            // told when it was to be trusted
        }
        if (pinned != null) {
            seen.add(pinned);
        }
        return Set.copyOf(seen);
    }

    /** All roots that were trusted since the name was claimed. */
    private Set<Fingerprint> lineage() throws IOException {
        var all = new LinkedHashSet<Fingerprint>();
        try {
            read(LINEAGE).orElse("").lines().forEach(line -> all.add(new Fingerprint(line.strip())));
        } catch (IllegalArgumentException corrupt) {
            dropped(LINEAGE, Printable.quoted(String.valueOf(corrupt.getMessage())));
        }
        return all;
    }

    private boolean usable(IdentityFiles.Generation stored, List<X509Certificate> roots, List<X509Certificate> others) {
        try {
            // an expired certificate is dealt with by the state machine; here counts whose it is
            var then = Instant.ofEpochSecond(stored.notAfter().getEpochSecond());
            CertificateCheck.fit(stored.material().chain(), Identity.roots(roots, others), dnsName, then);
            return true;
        } catch (StepFailed notOurs) {
            dropped("current", notOurs.getMessage());
            return false;
        }
    }

    private Optional<String> read(String name) throws IOException {
        var file = file(name);
        return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    private Path file(String name) {
        return files.directory().resolve(name);
    }

    private void dropped(String what, String why) {
        log.atWarn()
                .addKeyValue("file", file(what))
                .addKeyValue("reason", why)
                .log("stored file of an identity is not used and will be replaced");
    }
}
