package io.lumia.authority.revocation;

import io.lumia.store.Crls;
import io.lumia.store.Crls.Kept;
import io.lumia.x509.Crl;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.math.BigInteger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The CRL of one issuer that several nodes publish: the database has the newest one. Each takes the place of a certain one before it, and its
 * content was read after that one stood; so numbers grow (RFC 5280, 5.2.3) and nothing that was listed is missing in the next.
 */
final class SharedCrl {
    private static final int MOST_TRIES = 10;

    private final Crls crls;
    private final String issuer;
    private final RevocationFollower follower;
    private final CrlBuilder builder;
    private final WorkerExecutor signers;

    SharedCrl(Crls crls, String issuer, RevocationFollower follower, CrlBuilder builder, WorkerExecutor signers) {
        this.crls = crls;
        this.issuer = issuer;
        this.follower = follower;
        this.builder = builder;
        this.signers = signers;
    }

    /** Empty: none was published, or it cannot be served any more. */
    Future<Optional<PublishedCrl>> newest() {
        return crls.newest(issuer).map(kept -> kept.flatMap(this::fit));
    }

    /**
     * The newest one of all nodes.
     *
     * @param have what this node has; not read again when it is the newest one
     */
    Future<Optional<PublishedCrl>> newest(PublishedCrl have) {
        return crls.number(issuer)
                .compose(number -> number.filter(have.number()::equals).isPresent()
                        ? Future.succeededFuture(Optional.of(have))
                        : newest());
    }

    /** Whether the newest one lists what this writer revoked. */
    Future<Boolean> lists(long writer) {
        return crls.newest(issuer)
                .map(kept ->
                        kept.filter(newest -> newest.completeBefore() > writer).isPresent());
    }

    /** Makes and publishes one that lists all that is revoked now. */
    Future<PublishedCrl> publish() {
        return publish(MOST_TRIES);
    }

    private Future<PublishedCrl> publish(int tries) {
        return crls.newest(issuer).compose(before -> {
            @Nullable BigInteger number = before.map(Kept::number).orElse(null);
            return follower.look()
                    .compose(complete -> signers.executeBlocking(() -> builder.buildAfter(number), false)
                            .compose(next -> crls.publish(issuer, number, new Kept(next.number(), next.der(), complete))
                                    .compose(first -> first ? Future.succeededFuture(next) : again(tries))));
        });
    }

    private Future<PublishedCrl> again(int tries) {
        return tries > 1
                ? publish(tries - 1)
                : Future.failedFuture(new IllegalStateException("other nodes published CRLs all the time"));
    }

    private Optional<PublishedCrl> fit(Kept kept) {
        return builder.fit(Crl.parse(kept.der().getBytes()));
    }
}
