package io.lumia.broker;

import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;

import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateDescription.Known;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the authority about every serial once more, a few at a time, since revocations may have gone unheard. On one event loop. */
final class Recheck {
    private static final Logger log = LoggerFactory.getLogger(Recheck.class);
    private static final int AT_ONCE = 16;

    private final Vertx vertx;
    private final Deque<SerialNumber> left;
    private final Consumer<CertificateRevoked> revoked;

    Recheck(Vertx vertx, Collection<SerialNumber> serials, Consumer<CertificateRevoked> revoked) {
        this.vertx = vertx;
        this.left = new ArrayDeque<>(serials);
        this.revoked = revoked;
    }

    /** @return completes when all were asked for; what was not answered is left as it is */
    Future<Void> run() {
        return Future.join(IntStream.range(0, AT_ONCE).mapToObj(each -> next()).toList())
                .mapEmpty();
    }

    private Future<Void> next() {
        var serial = left.poll();
        return serial == null
                ? Future.succeededFuture()
                : DESCRIBE_CERTIFICATE
                        .ask(vertx, new DescribeCertificate(serial))
                        .onComplete(
                                this::described,
                                failed -> log.atWarn()
                                        .addKeyValue("serial", serial)
                                        .addKeyValue("reason", failed.getMessage())
                                        .log("authority did not describe a connected certificate"))
                        .transform(asked -> next());
    }

    private void described(CertificateDescription description) {
        if (!(description instanceof Known known)) {
            return;
        }
        var record = known.certificate();
        var at = record.revokedAt();
        var why = record.revocationReason();
        if (at != null && why != null) {
            revoked.accept(new CertificateRevoked(record.serial(), record.identity(), why, at, "recheck"));
        }
    }
}
