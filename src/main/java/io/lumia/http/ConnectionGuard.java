package io.lumia.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends connections past the limits of a server, and those whose request is not there in time: an idle timeout alone does not catch a client that
 * sends a byte every few seconds. For the event loop of one server.
 */
public final class ConnectionGuard {
    private static final long NONE = -1;
    private static final int LINGER_MILLIS = 500;
    private static final int MOST = 2000;
    private static final int MOST_OF_ONE = 500;

    private final Vertx vertx;
    private final Duration patience;
    private final Duration between;
    private final Map<HttpConnection, Long> deadlines = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private int total;

    /** @param patience from the connection to the whole first request */
    public ConnectionGuard(Vertx vertx, Duration patience) {
        this(vertx, patience, patience.plusSeconds(Listeners.IDLE_SECONDS));
    }

    /** @param between from an answer to the whole next request, on servers that tell of their answers */
    ConnectionGuard(Vertx vertx, Duration patience, Duration between) {
        this.vertx = vertx;
        this.patience = patience;
        this.between = between;
    }

    /** For {@code HttpServer.connectionHandler}. */
    public void opened(HttpConnection connection) {
        var address = String.valueOf(connection.remoteAddress().hostAddress());
        if (total >= MOST || open.getOrDefault(address, 0) >= MOST_OF_ONE) {
            var unused = connection.close();
            return;
        }
        total++;
        open.merge(address, 1, Integer::sum);
        deadlines.put(connection, closeIn(patience, connection));
        connection.closeHandler(closed -> forget(connection, address));
    }

    /** The connection's request is there, body included. */
    public void arrived(HttpConnection connection) {
        var deadline = deadlines.replace(connection, NONE);
        if (deadline != null) {
            vertx.cancelTimer(deadline);
        }
    }

    /**
     * The answer's head is about to be sent. Who is still sending a body that was refused for its length gets the time to read the answer, no more.
     *
     * @param longest body that is read to its end all the same, so that the connection can be used again
     */
    public void answering(HttpServerRequest request, int longest) {
        if (!request.isEnded() && !isShort(request, longest)) {
            request.response().putHeader("Connection", "close");
            vertx.setTimer(LINGER_MILLIS, over -> {
                var unused = request.connection().close();
            });
        }
    }

    /** The answer was sent; the next request of the connection has its time from now on. */
    public void answered(HttpConnection connection) {
        if (deadlines.containsKey(connection)) {
            arrived(connection);
            deadlines.put(connection, closeIn(between, connection));
        }
    }

    private static boolean isShort(HttpServerRequest request, int longest) {
        var length = request.getHeader("Content-Length");
        return length != null && length.matches("\\d{1,9}") && Integer.parseInt(length) <= longest;
    }

    private long closeIn(Duration time, HttpConnection connection) {
        return vertx.setTimer(time.toMillis(), late -> {
            var unused = connection.close();
        });
    }

    private void forget(HttpConnection connection, String address) {
        arrived(connection);
        deadlines.remove(connection);
        total--;
        open.computeIfPresent(address, (known, count) -> count > 1 ? count - 1 : null);
    }
}
