package io.lumia.interop;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a load balancer in TCP mode is before several nodes: one port that leads to the node that the test chooses. */
final class PortBefore implements AutoCloseable {
    private static final int NOBODY = 9;

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final NetClient nodes = vertx.createNetClient();
    private final NetServer server;
    private volatile int target = NOBODY;

    PortBefore() {
        server = vertx.createNetServer()
                .connectHandler(this::lead)
                .listen(0, "127.0.0.1")
                .await();
    }

    int port() {
        return server.actualPort();
    }

    /** From now on; connections to another node end. */
    void leadTo(int port) {
        target = port;
        Future.join(open.stream().map(NetSocket::close).toList()).await();
    }

    private void lead(NetSocket client) {
        open.add(client);
        client.closeHandler(closed -> open.remove(client));
        client.pause();
        nodes.connect(target, "127.0.0.1")
                .onSuccess(node -> {
                    var there = client.pipeTo(node);
                    var back = node.pipeTo(client);
                })
                .onFailure(away -> client.close());
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
