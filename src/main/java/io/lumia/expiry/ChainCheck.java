package io.lumia.expiry;

import io.lumia.config.Durations;
import io.lumia.lifecycle.ExpiryLevel;
import io.lumia.x509.ServerIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges certificates by their ends, and a chain by the CAs it must lead to. */
final class ChainCheck {
    private final Instant now;
    private final Watch watch;

    ChainCheck(Instant now, Watch watch) {
        this.now = now;
        this.watch = watch;
    }

    /**
     * @param subject file or address
     * @param chain the leaf first
     * @param host that the leaf must be for; null: none. Asked only together with the chain: a name proves nothing by itself
     */
    Finding judge(String subject, List<X509Certificate> chain, @Nullable String host, @Nullable Boolean up) {
        var problems = new ArrayList<String>();
        var verdict = Verdict.HEALTHY;
        var all = new ArrayList<>(chain);
        var leaf = chain.get(0);
        if (watch.expectation().caFile() != null) {
            try {
                var anchor = new ChainVerification(watch.expectation()).verify(chain, now);
                all.add(anchor);
                if (host != null && !ServerIdentity.covers(leaf, host)) {
                    verdict = Verdict.CRITICAL;
                    problems.add("is not for the name " + host);
                }
            } catch (ChainRefused refused) {
                verdict = Verdict.CRITICAL;
                problems.add(String.valueOf(refused.getMessage()));
            } catch (CannotLook unusable) {
                verdict = Verdict.UNKNOWN;
                problems.add(String.valueOf(unusable.getMessage()));
            }
        }
        for (X509Certificate each : all) {
            verdict = verdict.or(Verdict.of(level(each)));
            if (now.isBefore(each.getNotBefore().toInstant())) {
                verdict = Verdict.CRITICAL;
                problems.add("is not valid before " + each.getNotBefore().toInstant());
            }
        }
        var first = all.stream()
                .min(Comparator.comparing(X509Certificate::getNotAfter))
                .orElseThrow();
        var notAfter = first.getNotAfter().toInstant();
        problems.add(0, span(notAfter) + (first.equals(leaf) ? "" : ": the chain's " + name(first)));
        return new Finding(
                watch.name(),
                subject,
                verdict,
                first.getNotBefore().toInstant(),
                notAfter,
                name(first),
                up,
                String.join("; ", problems));
    }

    private ExpiryLevel level(X509Certificate certificate) {
        return ExpiryLevel.at(
                now,
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                watch.warning(),
                watch.critical());
    }

    private String span(Instant notAfter) {
        var left = Duration.between(now, notAfter);
        return left.isNegative() ? "expired " + rough(left.negated()) + " ago" : rough(left) + " left";
    }

    /** As people say it: days, below two of them hours, below two hours minutes. */
    static String rough(Duration time) {
        if (time.toDays() >= 2) {
            return time.toDays() + "d";
        }
        return time.toHours() >= 2 ? time.toHours() + "h" : Durations.text(Duration.ofMinutes(time.toMinutes()));
    }

    static String name(X509Certificate certificate) {
        var name = certificate.getSubjectX500Principal().getName();
        return name.isEmpty() ? "(no subject)" : name;
    }
}
