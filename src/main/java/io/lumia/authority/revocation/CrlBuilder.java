package io.lumia.authority.revocation;

import io.lumia.x509.Crl;
import io.lumia.x509.CrlTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.Validity;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Makes the CRLs of one issuer, one after the other. Blocks; for one thread at a time. */
final class CrlBuilder {
    private final CrlFile file;
    private final @Nullable Callable<Issuer> issuer;
    private final RevokedCertificates revoked;
    private final List<String> locations;
    private final Duration lifetime;
    private final Duration refresh;
    private final Clock clock;
    private BigInteger lastNumber = BigInteger.ZERO;
    private @Nullable Instant lastRegular;

    /**
     * @param issuer opened for each CRL; null: its key is elsewhere, and an operator brings the file from there
     * @param locations that stand in the issuer's certificates
     * @param refresh time between two regular CRLs; others are made when something was revoked
     */
    CrlBuilder(
            CrlFile file,
            @Nullable Callable<Issuer> issuer,
            RevokedCertificates revoked,
            List<String> locations,
            Duration lifetime,
            Duration refresh,
            Clock clock) {
        this.file = file;
        this.issuer = issuer;
        this.revoked = revoked;
        this.locations = List.copyOf(locations);
        this.lifetime = lifetime;
        this.refresh = refresh;
        this.clock = clock;
    }

    /** Whether CRLs can be made here. */
    boolean signs() {
        return issuer != null;
    }

    /** The one that an earlier process made, or an operator put there; empty: none that is fit to be served. */
    synchronized Optional<PublishedCrl> kept() {
        var kept = file.read();
        kept.ifPresent(crl -> {
            lastNumber = crl.number();
            // while that process ran, the last regular one was not older than this
            revoked.forgetEndedBefore(crl.thisUpdate().minus(refresh.multipliedBy(2)));
        });
        return kept.filter(crl -> crl.locations().equals(locations)).map(crl -> PublishedCrl.of(crl, crl.size()));
    }

    /** One that another node published; empty when it has other locations than this one's. */
    synchronized Optional<PublishedCrl> fit(Crl other) {
        lastNumber = lastNumber.max(other.number());
        return other.locations().equals(locations)
                ? Optional.of(PublishedCrl.of(other, other.size()))
                : Optional.empty();
    }

    /**
     * What is revoked now, with a number past that of another node.
     *
     * @param number null: there is none
     */
    synchronized PublishedCrl buildAfter(@Nullable BigInteger number) throws Exception {
        lastNumber = number == null ? lastNumber : lastNumber.max(number);
        return build();
    }

    /** What is revoked now. Throws whatever keeps the issuer from signing. */
    synchronized PublishedCrl build() throws Exception {
        var signing =
                Objects.requireNonNull(issuer, "the issuer's key is elsewhere").call();
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (lastRegular != null) {
            revoked.forgetEndedBefore(lastRegular);
        }
        var number = number(clock.instant());
        var window =
                new Validity(now, end(now, Validity.of(signing.certificate()).notAfter()));
        var entries = revoked.snapshot();
        var crl = new CrlTemplate(number, window, locations).signedBy(signing, entries);
        lastNumber = number;
        if (lastRegular == null || !now.isBefore(lastRegular.plus(refresh))) {
            lastRegular = now;
        }
        file.write(crl);
        return PublishedCrl.of(crl, entries.size());
    }

    /** From the clock, so that it grows even where every file is an old one; and past the last one, should the clock have gone back. */
    private BigInteger number(Instant now) {
        return BigInteger.valueOf(now.toEpochMilli()).max(lastNumber.add(BigInteger.ONE));
    }

    private Instant end(Instant now, Instant issuersEnd) {
        var wanted = now.plus(lifetime);
        return wanted.isAfter(issuersEnd) ? issuersEnd : wanted;
    }
}
