package io.lumia.issuance;

import io.lumia.config.StepCaConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.issuance.StepCaApi.Request;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the tokens for which the configured provisioner vouches: reads or fetches its key and signs with it. */
final class StepCaVouchers {
    private static final String PAGE = "/provisioners?limit=100";

    private final StepCaConfig config;
    private final URI url;
    private final StepCaApi api;
    private final WorkerExecutor workers;
    private final Clock clock;

    StepCaVouchers(StepCaConfig config, URI url, StepCaApi api, WorkerExecutor workers, Clock clock) {
        this.config = config;
        this.url = url;
        this.api = api;
        this.workers = workers;
        this.clock = clock;
    }

    /** Whether there is a provisioner. */
    boolean available() {
        return config.provisioner() != null;
    }

    /** @param use {@code sign} or {@code revoke} */
    Future<String> token(List<X509Certificate> roots, String use, String subject, List<String> names) {
        var provisioner = config.provisioner();
        if (provisioner == null) {
            return Future.failedFuture(failed("no provisioner is configured; set step-ca.provisioner", null));
        }
        if (config.x5c()) {
            return workers.executeBlocking(() -> tokens().x5c(use, provisioner, voucher(), subject, names), false);
        }
        return encryptedKey(roots, provisioner)
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
    private Future<Optional<String>> encryptedKey(List<X509Certificate> roots, String provisioner) {
        return config.keyFile() != null
                ? Future.succeededFuture(Optional.empty())
                : search(roots, provisioner, PAGE).map(Optional::of);
    }

    private Future<String> search(List<X509Certificate> roots, String provisioner, String page) {
        return api.send(roots, Request.get(page)).compose(answer -> {
            for (Object each : answer.getJsonArray("provisioners", new io.vertx.core.json.JsonArray())) {
                if (each instanceof JsonObject listed
                        && provisioner.equals(listed.getString("name"))
                        && listed.getString("encryptedKey") != null) {
                    return Future.succeededFuture(listed.getString("encryptedKey"));
                }
            }
            var cursor = answer.getString("nextCursor", "");
            return cursor.isEmpty()
                    ? Future.failedFuture(failed(
                            "the CA publishes no key of a JWK provisioner " + provisioner
                                    + "; check step-ca.provisioner, or set step-ca.key-file",
                            null))
                    : search(roots, provisioner, PAGE + "&cursor=" + cursor);
        });
    }

    private StepCaKey key(Optional<String> fetched) throws IssuanceFailed {
        var source = config.passwordFile();
        var file = config.keyFile();
        try {
            var text = fetched.isPresent() || file == null
                    ? fetched.orElseThrow()
                    : Files.readString(file).strip();
            return StepCaKey.parse(text, source == null ? null : source.read("step-ca.password-file"));
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
