package io.lumia.interop;

import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateWish;
import io.lumia.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;

/** Certificates by the step CLI. */
record StepCliSource(Vertx vertx, LocalStepCa ca, Path directory) implements CertificateSource {
    @Override
    public String method() {
        return "step-ca";
    }

    @Override
    public Future<Void> health() {
        return Future.succeededFuture();
    }

    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        return vertx.executeBlocking(() -> {
            var certificate = directory.resolve("fresh.pem");
            var key = directory.resolve("fresh.key");
            ca.issue(wish.commonName(), certificate, key, "24h");
            return TlsMaterial.parse(Files.readString(key), Files.readString(certificate));
        });
    }
}
