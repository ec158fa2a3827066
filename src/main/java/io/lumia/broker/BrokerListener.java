package io.lumia.broker;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One event loop's share of the broker: its connections, from the TLS handshake to their end. */
final class BrokerListener extends VerticleBase {
    private static final long LOOK_EVERY_MS = 250;

    private final Hub hub;
    private final Admission admission;
    private final Refusals refusals;
    private final NetServerOptions options;
    private final int port;
    private final Set<ClientConnection> connections = new HashSet<>();
    private @Nullable NetServer server;

    /** @param port negative: a free one, the same for all listeners with this number */
    BrokerListener(Hub hub, Admission admission, Refusals refusals, NetServerOptions options, int port) {
        this.hub = hub;
        this.admission = admission;
        this.refusals = refusals;
        this.options = options;
        this.port = port;
    }

    @Override
    public Future<?> start() {
        var listening = vertx.createNetServer(options);
        server = listening;
        vertx.setPeriodic(LOOK_EVERY_MS, tick -> look());
        return listening
                .connectHandler(this::connected)
                .listen(port, hub.config().host());
    }

    /** The port it listens on. */
    int port() {
        return server == null ? 0 : server.actualPort();
    }

    @Override
    public Future<?> stop() {
        var closing = List.copyOf(connections).stream()
                .map(connection -> connection.close(CloseReason.SHUTDOWN))
                .toList();
        var open = server;
        return Future.join(closing).transform(drained -> open == null ? Future.succeededFuture() : open.close());
    }

    private void connected(NetSocket socket) {
        var unused = new Arrival(
                hub, admission, refusals, (ContextInternal) context, (NetSocketInternal) socket, connections);
    }

    /** By looking at the clocks now and then, not by a timer for each: so it holds after the clock was set and after a suspend. */
    private void look() {
        var now = hub.clock().instant();
        long nanos = System.nanoTime();
        boolean closeExpired = hub.config().closeExpired();
        for (ClientConnection connection : List.copyOf(connections)) {
            if (closeExpired && now.isAfter(connection.certificateEnds())) {
                connection.closeHere(CloseReason.EXPIRED);
            } else if (connection.isSilent(nanos)) {
                connection.closeHere(CloseReason.KEEP_ALIVE);
            }
        }
    }
}
