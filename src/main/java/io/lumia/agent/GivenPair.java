package io.lumia.agent;

import io.lumia.agent.StepFailed.Reason;
import io.lumia.config.ClientTlsConfig;
import io.lumia.tls.PemPair;
import io.lumia.tls.TlsMaterial;
import io.lumia.tls.TrustBundle;
import io.lumia.x509.DeviceName;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An identity whose certificate an operator keeps in files: it claims nothing and orders nothing.
 *
 * @param contact where its broker is
 */
record GivenPair(ClientTlsConfig tls, Supplier<Contact> contact, WorkerExecutor workers)
        implements Enrolment, CertificateOrder {
    static final String KEY = "agent.tls";

    @Override
    public Future<Claimed> claim(Claim claim) {
        return workers.executeBlocking(
                () -> new Claimed(
                        List.of(TrustBundle.read(KEY + ".ca-files", tls.caFiles(), List.of())
                                .get(0)),
                        List.of(),
                        contact.get()),
                false);
    }

    /** The files as they are now. */
    @Override
    public Future<TlsMaterial> place(Request request) {
        var pair = new PemPair(KEY, file(tls.certFile(), request.device()), file(tls.keyFile(), request.device()));
        return workers.executeBlocking(pair::read, false)
                .recover(unfit -> Future.failedFuture(
                        StepFailed.operator(Reason.INVALID_CERTIFICATE, String.valueOf(unfit.getMessage()))));
    }

    @Override
    public boolean certifiesName() {
        return false;
    }

    @Override
    public List<Path> files(DeviceName device) {
        return List.of(file(tls.certFile(), device), file(tls.keyFile(), device));
    }

    /** {@code %u} stands for the identity, as in topic rules. */
    private static Path file(@Nullable Path pattern, DeviceName device) {
        if (pattern == null) {
            throw new IllegalStateException("mode manual has cert-file and key-file");
        }
        return Path.of(pattern.toString().replace("%u", device.value()));
    }
}
