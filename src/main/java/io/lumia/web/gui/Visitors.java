package io.lumia.web.gui;

import io.lumia.web.Operator;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;

/** Who uses the pages. */
public interface Visitors {
    /** Recognises who sends the request, so that {@link Operator#of} knows; whether it is somebody. */
    Future<Boolean> recognise(RoutingContext context);

    /** Whether a request that changes something was sent by a page of ours. */
    boolean isGenuine(RoutingContext context);

    /**
     * Lets in who shows a token, and has the answer carry the cookie.
     *
     * @return who it is; fails with a {@link io.lumia.web.Rejected} that says why not
     */
    Future<Operator> enter(RoutingContext context, String token);

    /** Forgets who sends this. */
    Future<Void> leave(RoutingContext context);
}
