package io.lumia.web;

import io.lumia.access.AddressRange;
import io.lumia.access.TokenBuckets;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.http.ForwardedFor;
import io.lumia.http.Problem;
import io.lumia.web.Operator.How;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets nobody in but those who address us by our name and present the admin token. For one event loop. */
final class Doorman {
    private static final Logger log = LoggerFactory.getLogger(Doorman.class);
    private static final int FAILURES_A_MINUTE = 10;
    private static final int FAILURES_AT_ONCE = 10;
    private static final int ADDRESSES_REMEMBERED = 10_000;

    private final AdminToken token;
    private final List<String> names;
    private final boolean loopback;
    private final Clock clock;
    private final TokenBuckets<InetAddress> failures =
            new TokenBuckets<>(FAILURES_A_MINUTE, FAILURES_AT_ONCE, ADDRESSES_REMEMBERED);

    /** @param loopback whether we listen on loopback only, where any web page may try to reach us under a name of its own */
    Doorman(AdminToken token, List<String> names, boolean loopback, Clock clock) {
        this.token = token;
        this.names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        this.loopback = loopback;
        this.clock = clock;
    }

    /** Refuses a Host that is not ours: the browser's same-origin policy does not hold against DNS rebinding. */
    void checkHost(RoutingContext context) {
        if (loopback && !isOurs(context.request().authority())) {
            throw new Rejected(
                    Problem.of(
                            421,
                            "wrong-host",
                            "Wrong host",
                            "the Host header names another host; use http://127.0.0.1, http://localhost or a name in web.names"));
        }
        context.next();
    }

    void checkToken(RoutingContext context) {
        var address = ForwardedFor.socket(context.request().remoteAddress().hostAddress());
        var now = clock.instant();
        var wait = failures.look(address, now);
        if (wait.isPresent()) {
            throw new Rejected(Problem.of(
                            429,
                            "too-many-failures",
                            "Too many failed attempts",
                            "this address presented a wrong token too often; wait and try again")
                    .retryAfter(wait.get()));
        }
        var presented = bearer(context.request().getHeader("Authorization"));
        if (presented != null && token.matches(presented)) {
            new Operator(AdminToken.NAME, Role.ADMIN, How.TOKEN).sends(context);
            context.next();
            return;
        }
        if (presented != null) {
            // who shows none guesses nothing: a monitor without token must not lock the operator out
            var unused = failures.take(address, now);
            tellWrongToken(context, address, now);
        }
        throw new Rejected(Problem.of(
                        401,
                        "unauthorized",
                        "Admin token missing or wrong",
                        "send Authorization: Bearer TOKEN with the token in DATA/admin-token")
                .with("WWW-Authenticate", "Bearer realm=\"lumia\""));
    }

    private static void tellWrongToken(RoutingContext context, InetAddress address, Instant now) {
        log.atWarn()
                .addKeyValue("address", address.getHostAddress())
                .log("admin API refused a wrong token; the right one is in DATA/admin-token");
        FleetBus.AUDITED.publish(
                context.vertx(),
                new Audited(now, "unknown", "admin.authenticate", address.getHostAddress(), "refused", Map.of()));
    }

    private boolean isOurs(@Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        var host = authority.host().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        return host.equals("localhost") || names.contains(host) || isLoopback(host);
    }

    static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return AddressRange.address(host).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : null;
    }
}
