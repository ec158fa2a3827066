package io.lumia.mqtt;

import io.lumia.config.TlsConfig;
import io.lumia.tls.TlsOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connects to servers of MQTT 5. One for a process: connections from the same local address share what can be shared. */
public final class MqttClient {
    private final VertxInternal vertx;
    private final TlsConfig tls;
    private final NetClients netClients;

    /**
     * Where and how to connect.
     *
     * @param ssl an object of its own for each certificate, since a resumed TLS session keeps the one that was first to connect; the same for
     *     connections by the same certificate; null: no TLS
     * @param local address to connect from; null: any
     * @param patience how long it may take until the server accepts
     * @param via what is connected to in the server's place, which leads there; null: the server itself
     */
    public record Server(
            String host,
            int port,
            @Nullable ClientSSLOptions ssl,
            @Nullable InetAddress local,
            Duration patience,
            @Nullable SocketAddress via) {
        /** Without detour. */
        public Server(
                String host, int port, @Nullable ClientSSLOptions ssl, @Nullable InetAddress local, Duration patience) {
            this(host, port, ssl, local, patience, null);
        }
    }

    public MqttClient(Vertx vertx, TlsConfig tls) {
        this.vertx = (VertxInternal) vertx;
        this.tls = tls;
        this.netClients = new NetClients(this.vertx, tls);
    }

    /** TLS for one identity: versions, suites and host name check as configured; key and trust are the caller's to set. */
    public ClientSSLOptions sslOptions() {
        return TlsOptions.apply(new ClientSSLOptions(), tls).setHostnameVerificationAlgorithm("HTTPS");
    }

    /**
     * Completes when the server accepted; fails with {@link Refused} when it said no. Called on the context that everything is to happen on.
     *
     * @param session what the connection takes over when it stands
     */
    public Future<MqttConnection> connect(
            Server server, Connect asked, ClientSession session, MqttConnection.Listener listener) {
        var context = vertx.getOrCreateContext();
        var lease = netClients.lease(server.local(), server.ssl());
        var connecting = new Connecting(context, asked, session, listener, lease);
        long timer = vertx.setTimer(server.patience().toMillis(), late -> connecting.abandon());
        return lease.client()
                .connect(options(server))
                .compose(socket -> connecting.on((NetSocketInternal) socket))
                .onComplete(done -> vertx.cancelTimer(timer))
                .onFailure(refused -> lease.end());
    }

    private static ConnectOptions options(Server server) {
        var options = new ConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setTimeout((int) server.patience().toMillis())
                .setSsl(server.ssl() != null);
        if (server.via() != null) {
            options.setRemoteAddress(server.via()); // TLS still demands the server's name
        }
        return server.ssl() == null
                ? options
                : options.setSslOptions(server.ssl()
                        .copy()
                        .setSslHandshakeTimeout(server.patience().toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS));
    }
}
