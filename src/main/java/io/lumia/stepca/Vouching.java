package io.lumia.stepca;

import io.lumia.config.StepCaAuthorityConfig;
import io.lumia.issuance.ProvisionerKey;
import io.lumia.issuance.StepCaClient;
import io.lumia.issuance.StepCaTokens;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Signs tokens with the provisioner's key, opened when it is needed first: the CA may start after us. For one event loop. */
final class Vouching {
    private final StepCaAuthorityConfig config;
    private final StepCaClient ca;
    private final WorkerExecutor workers;
    private final Clock clock;
    private @Nullable Future<ProvisionerKey> opened;

    Vouching(StepCaAuthorityConfig config, StepCaClient ca, WorkerExecutor workers, Clock clock) {
        this.config = config;
        this.ca = ca;
        this.workers = workers;
        this.clock = clock;
    }

    /**
     * A token for one request.
     *
     * @param use {@code sign} or {@code revoke}
     * @param subject the common name, or the serial number in decimal where it is about a certificate
     * @param names the certificate shall carry
     */
    Future<String> token(String use, String subject, List<String> names) {
        return key().compose(key ->
                workers.executeBlocking(() -> tokens().jwk(use, config.provisioner(), key, subject, names), false));
    }

    private StepCaTokens tokens() {
        return new StepCaTokens(Objects.requireNonNull(config.url()), clock.instant());
    }

    /** A failure is not remembered. */
    private Future<ProvisionerKey> key() {
        var known = opened;
        if (known == null || known.failed()) {
            known = written().compose(text -> workers.executeBlocking(() -> open(text), false));
            opened = known;
        }
        return known;
    }

    private Future<String> written() {
        var file = config.provisionerKeyFile();
        if (file != null) {
            return workers.executeBlocking(() -> content(file, "step-ca.provisioner-key-file"), false);
        }
        return ca.encryptedKey(config.provisioner())
                .compose(listed -> listed.map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new IllegalStateException(
                                "step-ca hands out no key of a JWK provisioner '" + config.provisioner()
                                        + "'; check step-ca.provisioner, or set step-ca.provisioner-key-file"))));
    }

    private ProvisionerKey open(String text) throws IOException {
        try {
            return ProvisionerKey.open(text, password());
        } catch (IllegalArgumentException unusable) {
            throw new IllegalStateException(
                    "the key of step-ca.provisioner '" + config.provisioner() + "' cannot be used: "
                            + unusable.getMessage(),
                    unusable);
        }
    }

    /** Null where the key file is not encrypted. */
    private @Nullable String password() throws IOException {
        if (config.provisionerPassword() != null) {
            return config.provisionerPassword();
        }
        var file = config.provisionerPasswordFile();
        return file == null ? null : content(file, "step-ca.provisioner-password-file");
    }

    private static String content(Path file, String key) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new IOException(key + " " + file.toAbsolutePath() + " cannot be read: " + unreadable, unreadable);
        }
    }
}
