package io.lumia.tls;

import io.lumia.x509.ServerIdentity;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A certificate and its key in two files that an operator keeps up to date. It is taken as a whole or not at all. */
final class ManualPair implements ListenerSource {
    private final PemPair pair;
    private final Clock clock;
    private final WorkerExecutor worker;

    ManualPair(PemPair pair, Clock clock, WorkerExecutor worker) {
        this.pair = pair;
        this.clock = clock;
        this.worker = worker;
    }

    List<Path> files() {
        return List.of(pair.certFile(), pair.keyFile());
    }

    @Override
    public String method() {
        return "manual";
    }

    @Override
    public String origin() {
        return "manual";
    }

    @Override
    public Future<TlsMaterial> obtain(@Nullable TlsMaterial current) {
        return worker.executeBlocking(this::read, false);
    }

    /** Blocks. @throws IllegalArgumentException naming key, file and remedy */
    TlsMaterial read() {
        var material = pair.read();
        try {
            check(material, clock.instant());
            return material;
        } catch (CertificateException unfit) {
            throw new IllegalArgumentException(unfit.getMessage(), unfit);
        }
    }

    @Override
    public void check(TlsMaterial material, Instant now) throws CertificateException {
        var leaf = material.leaf();
        var from = leaf.getNotBefore().toInstant();
        var until = leaf.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            throw unfit("expired at " + until + "; put a renewed one there");
        }
        if (now.isBefore(from)) {
            throw unfit("is valid only from " + from + "; check this machine's clock");
        }
        try {
            ServerFitness.check(material, List.of(), trust(material), now);
        } catch (CertificateException unfit) {
            throw unfit("cannot be used by a TLS server: " + unfit.getMessage()
                    + "; put one there with its intermediates and the purpose serverAuth");
        }
    }

    @Override
    public FleetTrust trust(TlsMaterial material) {
        return ServerFitness.topOf(material);
    }

    /** Names that clients are told and the certificate does not carry. */
    static List<String> missing(TlsMaterial material, List<String> names) {
        return names.stream()
                .filter(name -> !ServerIdentity.covers(material.leaf(), name))
                .toList();
    }

    private CertificateException unfit(String why) {
        return new CertificateException(pair.certificate() + " " + why);
    }
}
