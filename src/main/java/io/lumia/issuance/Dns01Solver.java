package io.lumia.issuance;

import io.lumia.config.DnsConfig;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** Answers dns-01 (RFC 8555, 8.4), and lets the CA look only when the record is seen. */
final class Dns01Solver implements ChallengeSolver {
    private final Vertx vertx;
    private final DnsConfig config;
    private final TxtRecords records;
    private final TxtLookup lookup;
    private final Clock clock;

    Dns01Solver(Vertx vertx, DnsConfig config, TxtRecords records, TxtLookup lookup, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.records = records;
        this.lookup = lookup;
        this.clock = clock;
    }

    @Override
    public String type() {
        return "dns-01";
    }

    @Override
    public Future<Void> present(Proof proof) {
        return records.add(record(proof), value(proof));
    }

    @Override
    public Future<Void> visible(Proof proof) {
        return look(proof, clock.instant().plus(config.propagationTimeout()))
                .compose(seen -> config.settle().isZero()
                        ? Future.succeededFuture()
                        : vertx.timer(config.settle().toMillis(), TimeUnit.MILLISECONDS)
                                .mapEmpty());
    }

    @Override
    public Future<Void> remove(Proof proof) {
        return records.remove(record(proof), value(proof));
    }

    private Future<Void> look(Proof proof, Instant deadline) {
        return lookup.unseen(record(proof), value(proof)).compose(missing -> {
            if (missing.isEmpty()) {
                return Future.succeededFuture();
            }
            if (clock.instant().isAfter(deadline)) {
                return Future.failedFuture(new IssuanceFailed(
                        Reason.CHALLENGE,
                        "the record " + record(proof) + " was not seen within "
                                + config.propagationTimeout().toSeconds() + " s ("
                                + missing.get()
                                + "): check that it was written, raise dns.propagation-timeout, or name another"
                                + " dns.resolver",
                        null,
                        null));
            }
            return vertx.timer(config.propagationInterval().toMillis(), TimeUnit.MILLISECONDS)
                    .compose(waited -> look(proof, deadline));
        });
    }

    private static String record(Proof proof) {
        return "_acme-challenge." + proof.name();
    }

    static String value(Proof proof) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(proof.keyAuthorization().getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }
}
