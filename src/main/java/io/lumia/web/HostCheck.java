package io.lumia.web;

import io.lumia.access.AddressRange;
import io.lumia.http.Problem;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Refuses a Host that is not ours: the browser's same-origin policy does not hold against DNS rebinding. */
final class HostCheck {
    private final List<String> names;
    private final boolean loopback;
    private final Refusals refusals;

    /** @param loopback whether we listen on loopback only, where any web page may try to reach us under a name of its own */
    HostCheck(List<String> names, boolean loopback, Refusals refusals) {
        this.names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        this.loopback = loopback;
        this.refusals = refusals;
    }

    void check(RoutingContext context) {
        if (loopback && !isOurs(context.request().authority())) {
            refusals.tell(context.request(), Authentication.NOBODY, Refusals.REQUEST, "wrong-host");
            throw new Rejected(
                    Problem.of(
                            421,
                            "wrong-host",
                            "Wrong host",
                            "the Host header names another host; use http://127.0.0.1, http://localhost or a name in web.names"));
        }
        context.next();
    }

    private boolean isOurs(@Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        var host = authority.host().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        return host.equals("localhost") || names.contains(host) || isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        try {
            return AddressRange.address(host).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }
}
