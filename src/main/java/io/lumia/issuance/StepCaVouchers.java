package io.lumia.issuance;

import io.lumia.config.StepCaConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the tokens for which the configured provisioner vouches: reads or fetches its key and signs with it. */
final class StepCaVouchers {
    private final StepCaConfig config;
    private final URI url;
    private final StepCaClient ca;
    private final WorkerExecutor workers;
    private final Clock clock;

    StepCaVouchers(StepCaConfig config, URI url, StepCaClient ca, WorkerExecutor workers, Clock clock) {
        this.config = config;
        this.url = url;
        this.ca = ca;
        this.workers = workers;
        this.clock = clock;
    }

    /** Whether there is a provisioner. */
    boolean available() {
        return config.provisioner() != null;
    }

    /** @param use {@code sign} or {@code revoke} */
    Future<String> token(String use, String subject, List<String> names) {
        var provisioner = config.provisioner();
        if (provisioner == null) {
            return Future.failedFuture(failed("no provisioner is configured; set step-ca.provisioner", null));
        }
        if (config.x5c()) {
            return workers.executeBlocking(() -> tokens().x5c(use, provisioner, voucher(), subject, names), false);
        }
        return encryptedKey(provisioner)
                .compose(fetched -> workers.executeBlocking(
                        () -> tokens().jwk(use, provisioner, key(fetched), subject, names), false));
    }

    /** For the holder of a certificate, which may have expired. */
    Future<String> renewal(TlsMaterial current, String commonName) {
        return workers.executeBlocking(() -> tokens().renewal(current, commonName), false);
    }

    private StepCaTokens tokens() {
        return new StepCaTokens(url, clock.instant());
    }

    private TlsMaterial voucher() throws IssuanceFailed {
        var certificate = config.x5cCertificateFile();
        var key = config.x5cKeyFile();
        if (certificate == null || key == null) {
            throw failed("x5c-certificate-file and x5c-key-file are not set", null);
        }
        try {
            return TlsMaterial.parse(Files.readString(key), Files.readString(certificate));
        } catch (IOException | IllegalArgumentException unusable) {
            throw failed(
                    "step-ca.x5c-certificate-file " + certificate + " or x5c-key-file " + key + " cannot be used: "
                            + unusable.getMessage(),
                    unusable);
        }
    }

    /** Empty when there is a file. */
    private Future<Optional<String>> encryptedKey(String provisioner) {
        if (config.keyFile() != null) {
            return Future.succeededFuture(Optional.empty());
        }
        return ca.encryptedKey(provisioner)
                .compose(listed -> listed.isPresent()
                        ? Future.succeededFuture(listed)
                        : Future.failedFuture(failed(
                                "the CA publishes no key of a JWK provisioner " + provisioner
                                        + "; check step-ca.provisioner, or set step-ca.key-file",
                                null)));
    }

    private ProvisionerKey key(Optional<String> fetched) throws IssuanceFailed {
        var source = config.passwordFile();
        var file = config.keyFile();
        try {
            var text = fetched.isPresent() || file == null
                    ? fetched.orElseThrow()
                    : Files.readString(file).strip();
            return ProvisionerKey.open(text, source == null ? null : source.read("step-ca.password-file"));
        } catch (IOException | IllegalArgumentException unusable) {
            throw failed(
                    "the key of provisioner " + config.provisioner()
                            + (file == null ? " (from the CA)" : " (step-ca.key-file " + file + ")")
                            + " cannot be used: " + unusable.getMessage(),
                    unusable);
        }
    }

    private static IssuanceFailed failed(String detail, @Nullable Throwable cause) {
        return new IssuanceFailed(Reason.INTERNAL, detail, null, cause);
    }
}
