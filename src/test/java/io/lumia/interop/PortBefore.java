package io.lumia.interop;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a load balancer in TCP mode is before several nodes: one port that leads to the node that the test chooses. */
final class PortBefore implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final NetServer server;
    private volatile int target;

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
        client.pause();
        var out = vertx.createNetClient();
        out.connect(target, "127.0.0.1")
                .onSuccess(node -> {
                    client.closeHandler(closed -> {
                        open.remove(client);
                        var unused = out.close();
                    });
                    var there = client.pipeTo(node);
                    var back = node.pipeTo(client);
                    client.resume();
                })
                .onFailure(away -> client.close());
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
