package io.lumia.tls;

import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import org.jspecify.annotations.Nullable;

/** A listener that sends back what it gets. */
final class EchoListener {
    private final NetServer server;

    /** @param trust null: no client certificate is demanded */
    EchoListener(Vertx vertx, TlsConfig tls, String host, KeyCertOptions keys, @Nullable TrustOptions trust) {
        var options = TlsOptions.apply(new NetServerOptions(), tls).setKeyCertOptions(keys);
        if (trust != null) {
            options.setTrustOptions(trust).setClientAuth(ClientAuth.REQUIRED);
        }
        server = Await.result(vertx.createNetServer(options)
                .connectHandler(socket -> socket.handler(socket::write))
                .listen(0, host));
    }

    int port() {
        return server.actualPort();
    }
}
