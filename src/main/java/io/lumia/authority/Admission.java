package io.lumia.authority;

import io.lumia.authority.Shedding.Limit;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Admits so many requests at a time to a listener; the others fail with 429 before their body is read or a signature is looked at. What is
 * answered from memory is always admitted: health, roots, directories, nonces. For the event loop of one server.
 */
final class Admission {
    /** The one read that asks the database. */
    private static final String RENEWAL_INFO = "/renewal-info/";

    private final int most;
    private final Shedding shedding;
    private int inProgress;

    /** @param most requests in progress */
    Admission(int most, Shedding shedding) {
        this.most = most;
        this.shedding = shedding;
    }

    /** Before the body is read: nothing is taken yet, so that a slow sender holds no place. */
    void atHeaders(RoutingContext context) {
        if (isBounded(context.request()) && inProgress >= most) {
            shed(context);
        } else {
            context.next();
        }
    }

    /** With the whole body, which others may have overtaken: takes a place until the answer is sent or the client is gone. */
    void atBody(RoutingContext context) {
        if (!isBounded(context.request())) {
            context.next();
        } else if (inProgress >= most) {
            shed(context);
        } else {
            inProgress++;
            context.addEndHandler(done -> inProgress--);
            context.next();
        }
    }

    private void shed(RoutingContext context) {
        shedding.count(Limit.REQUESTS);
        context.fail(429);
    }

    private static boolean isBounded(HttpServerRequest request) {
        var path = request.path();
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return !reads || (path != null && path.contains(RENEWAL_INFO));
    }
}
