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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an identity keeps on disk: identity key, root, contact, generations of certificates. What is half-written or corrupt is told and left
 * out, the rest is used. Blocks; call from a worker.
 */
final class IdentityStore {
    private static final Logger log = LoggerFactory.getLogger(IdentityStore.class);

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
     * @param pinned the only root that provisioning may hand out: the configured one, or the one trusted before; null: any
     * @param generation null when there is none that can be used; it may have expired
     */
    record Kept(
            KeyPair identityKey,
            @Nullable Trusted trusted,
            IdentityFiles.@Nullable Generation generation,
            @Nullable Fingerprint pinned,
            @Nullable String token) {}

    /** Whom an identity trusts and where it finds them. */
    record Trusted(X509Certificate root, Contact contact) {}

    IdentityFiles files() {
        return files;
    }

    /**
     * Reads everything; makes the identity key at the first call.
     *
     * @param pinned the only root that counts; null: the stored one
     * @param others roots that are trusted beside it
     * @throws IOException when the identity key cannot be read or written
     */
    Kept load(@Nullable Fingerprint pinned, List<X509Certificate> others) throws IOException {
        var key = files.identityKey();
        var trusted = trusted(pinned).orElse(null);
        var generation = trusted == null
                ? null
                : files.current()
                        .filter(stored -> usable(stored, trusted.root(), others))
                        .orElse(null);
        var token = read("token").map(String::strip).orElse(null);
        return new Kept(key, trusted, generation, pinned != null ? pinned : rootSeen(), token);
    }

    /** Keeps what provisioning handed out, so that a restart needs none. */
    void keep(Enrolment.Claimed claimed) throws IOException {
        var contact = claimed.contact();
        DurableFiles.writePublic(file("bootstrap.pem"), Pem.of(claimed.bootstrap()));
        DurableFiles.writePublic(file("root.pem"), Pem.of(claimed.root()));
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
        var rootPem = read("root.pem");
        var contactJson = read("contact.json");
        if (rootPem.isEmpty() || contactJson.isEmpty()) {
            return Optional.empty();
        }
        try {
            var root = Pem.certificates(rootPem.get()).get(0);
            if (pinned != null && !pinned.equals(Fingerprint.of(root))) {
                dropped("root.pem", "its root is not the pinned one (agent.root-fingerprint)");
                return Optional.empty();
            }
            return Optional.of(new Trusted(root, contact(new JsonObject(contactJson.get()))));
        } catch (IllegalArgumentException | DecodeException corrupt) {
            dropped("root.pem or contact.json", Printable.quoted(String.valueOf(corrupt.getMessage())));
            return Optional.empty();
        }
    }

    private @Nullable Fingerprint rootSeen() throws IOException {
        try {
            return read("root.pem")
                    .map(pem -> Fingerprint.of(Pem.certificates(pem).get(0)))
                    .orElse(null);
        } catch (IllegalArgumentException corrupt) {
            return null;
        }
    }

    private boolean usable(IdentityFiles.Generation stored, X509Certificate root, List<X509Certificate> others) {
        try {
            // an expired certificate is dealt with by the state machine; here counts whose it is
            var then = Instant.ofEpochSecond(stored.notAfter().getEpochSecond());
            CertificateCheck.fit(stored.material().chain(), Identity.roots(root, others), dnsName, then);
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
