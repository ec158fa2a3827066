package io.lumia.bus;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of work goes back to: it stays with the context in which a request is handled, travels with each call and event of the bus, and is
 * written with log lines and audit lines.
 *
 * @param correlation joins everything that came of one request. A caller may choose it, so it proves nothing
 * @param address from where it was asked; null: nobody outside asked
 */
public record Origin(String correlation, @Nullable String address) {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{7,63}");
    /** W3C Trace Context, 3.2.2. */
    private static final Pattern TRACE_PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private static final String CORRELATION = "correlation";
    private static final String ADDRESS = "address";

    /** Of an act that nobody outside asked for. */
    public static Origin ours() {
        return new Origin(freshId(), null);
    }

    /**
     * Of a request by HTTP: what the caller calls it, when that is well-formed, else a new id.
     *
     * @param requestId header {@code X-Request-Id}
     * @param traceParent the header of W3C Trace Context, of which the trace id is taken
     */
    public static Origin of(@Nullable String requestId, @Nullable String traceParent, String address) {
        if (requestId != null && REQUEST_ID.matcher(requestId).matches()) {
            return new Origin(requestId, address);
        }
        if (traceParent != null && traceParent.length() <= 256) {
            var trace = TRACE_PARENT.matcher(traceParent);
            if (trace.matches()) {
                return new Origin(trace.group(1), address);
            }
        }
        return new Origin(freshId(), address);
    }

    /** Of the work that is being done now on this thread; empty outside any. */
    public static Optional<Origin> current() {
        var context = Vertx.currentContext();
        return context == null ? Optional.empty() : Optional.ofNullable(OriginStorage.PLACE.get(context));
    }

    /** From now on the origin of what this context does. Only for a context that belongs to one request, as those of HTTP handlers do. */
    public void begin() {
        var context = ContextInternal.current();
        if (context != null && context.isDuplicate()) {
            OriginStorage.PLACE.put(context, this);
        }
    }

    /** From now on what this context does goes under this id, and the address stays: for work that takes several requests. */
    public static void join(String correlation) {
        current().ifPresent(origin -> new Origin(correlation, origin.address).begin());
    }

    /** From now on this is the address of the caller: that of the socket was a proxy's. */
    public static void cameFrom(String address) {
        current().ifPresent(origin -> new Origin(origin.correlation, address).begin());
    }

    /** Does something of this origin; the Future completes where it was called. */
    public <T> Future<T> within(Vertx vertx, Supplier<Future<T>> work) {
        var here = (ContextInternal) vertx.getOrCreateContext();
        var own = here.duplicate();
        OriginStorage.PLACE.put(own, this);
        Promise<T> done = here.promise();
        own.runOnContext(go -> work.get().onComplete(done));
        return done.future();
    }

    static DeliveryOptions travel(DeliveryOptions delivery) {
        current().ifPresent(origin -> {
            delivery.addHeader(CORRELATION, origin.correlation);
            if (origin.address != null) {
                delivery.addHeader(ADDRESS, origin.address);
            }
        });
        return delivery;
    }

    static void arrive(MultiMap headers) {
        var correlation = headers.get(CORRELATION);
        if (correlation != null) {
            new Origin(correlation, headers.get(ADDRESS)).begin();
        }
    }

    private static String freshId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
