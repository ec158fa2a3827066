package io.lumia.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Ends connections past the limits of a server, and those whose first request is not there in time: an idle timeout alone does not catch a
 * client that sends a byte every few seconds. For the event loop of one server.
 */
public final class ConnectionGuard {
    private static final int MOST = 2000;
    private static final int MOST_OF_ONE = 500;

    private final Vertx vertx;
    private final Duration patience;
    private final Map<HttpConnection, Long> deadlines = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private int total;

    /** @param patience from the connection to the whole first request */
    public ConnectionGuard(Vertx vertx, Duration patience) {
        this.vertx = vertx;
        this.patience = patience;
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
        deadlines.put(connection, vertx.setTimer(patience.toMillis(), late -> {
            var unused = connection.close();
        }));
        connection.closeHandler(closed -> forget(connection, address));
    }

    /** The connection's request is there, body included. */
    public void arrived(HttpConnection connection) {
        var deadline = deadlines.remove(connection);
        if (deadline != null) {
            vertx.cancelTimer(deadline);
        }
    }

    private void forget(HttpConnection connection, String address) {
        arrived(connection);
        total--;
        open.computeIfPresent(address, (known, count) -> count > 1 ? count - 1 : null);
    }
}
