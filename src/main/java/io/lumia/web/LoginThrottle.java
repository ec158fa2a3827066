package io.lumia.web;

import io.lumia.access.TokenBuckets;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How often wrong tokens may be presented: by one address, and by all together. An address that got in before is not kept out by what others
 * guess. Bounded memory; for one event loop.
 */
final class LoginThrottle {
    private static final int A_MINUTE = 10;
    private static final int AT_ONCE = 10;
    private static final int ADDRESSES = 10_000;
    private static final int ALL_A_MINUTE = 300;
    private static final int ALL_AT_ONCE = 300;
    private static final int GOOD_ADDRESSES = 1000;
    private static final String ALL = "all";

    private final TokenBuckets<InetAddress> byAddress = new TokenBuckets<>(A_MINUTE, AT_ONCE, ADDRESSES);
    private final TokenBuckets<String> together = new TokenBuckets<>(ALL_A_MINUTE, ALL_AT_ONCE, 1);
    private final Set<InetAddress> good = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Boolean> eldest) {
            return size() > GOOD_ADDRESSES;
        }
    });

    /** Empty: it may present a token now. */
    Optional<Duration> mustWait(InetAddress address, Instant now) {
        return byAddress
                .look(address, now)
                .or(() -> good.contains(address) ? Optional.empty() : together.look(ALL, now));
    }

    void failed(InetAddress address, Instant now) {
        if (!good.contains(address)) {
            var unused = together.take(ALL, now);
        }
        var unused = byAddress.take(address, now);
    }

    void succeeded(InetAddress address) {
        good.add(address);
    }
}
