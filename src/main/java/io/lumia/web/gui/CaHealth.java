package io.lumia.web.gui;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.RevocationStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the CA does its work, in words beside the colour.
 *
 * @param tone {@code good}, {@code warning} or {@code bad}
 */
record CaHealth(String tone, String word, String detail) {
    private static final Duration SOON = Duration.ofDays(30);

    /** @param authority empty: it does not answer */
    static CaHealth of(Optional<AuthorityDescription> authority, Optional<RevocationStatistics> lists, Instant now) {
        if (authority.isEmpty()) {
            return new CaHealth("bad", "Does not answer", "no part here answers for the CA; see the log");
        }
        var ends = authority.get().intermediateNotAfter() == null
                ? authority.get().rootNotAfter()
                : authority.get().intermediateNotAfter();
        if (!now.isBefore(ends) || !now.isBefore(authority.get().rootNotAfter())) {
            return new CaHealth("bad", "Expired", "its certificate ended; rotate it: lumia ca rotate");
        }
        var crl = lists.map(RevocationStatistics::crlNextUpdate);
        if (crl.isPresent() && now.isAfter(crl.get())) {
            return new CaHealth("bad", "CRL out of date", "clients that check it refuse everybody; see the log");
        }
        if (now.isAfter(ends.minus(SOON))) {
            return new CaHealth("warning", "Ends soon", "its certificate ends " + Text.from(ends, now));
        }
        return new CaHealth("good", "Operational", "issuing; valid for " + Text.span(Duration.between(now, ends)));
    }
}
