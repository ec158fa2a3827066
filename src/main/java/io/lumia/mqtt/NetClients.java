package io.lumia.mqtt;

import io.lumia.config.TlsConfig;
import io.lumia.tls.TlsOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One net client for all connections from a local address. A net client remembers the last 256 TLS contexts it was given, and each new certificate
 * is one: where more are remembered than are in use, the next connection gets a new net client, and the old one goes with its last connection.
 */
final class NetClients {
    private static final String ANY = "";

    private final VertxInternal vertx;
    private final TlsConfig tls;
    private final Map<String, Shared> byLocalAddress = new HashMap<>();

    NetClients(VertxInternal vertx, TlsConfig tls) {
        this.vertx = vertx;
        this.tls = tls;
    }

    private static final class Shared {
        final NetClient client;
        int contexts;
        int uses;

        @Nullable
        ClientSSLOptions last;

        Shared(NetClient client) {
            this.client = client;
        }
    }

    /** A connection's hold on its net client, which closes its connections when nobody holds it any more. */
    final class Lease {
        private final Shared shared;
        private boolean returned;

        private Lease(Shared shared) {
            this.shared = shared;
        }

        NetClient client() {
            return shared.client;
        }

        /** The connection is gone, or was never made. */
        void end() {
            synchronized (NetClients.this) {
                if (!returned) {
                    returned = true;
                    shared.uses--;
                }
            }
        }
    }

    /** @param ssl the same for connections that show the same certificate */
    synchronized Lease lease(@Nullable InetAddress local, @Nullable ClientSSLOptions ssl) {
        var address = local == null ? ANY : local.getHostAddress();
        var shared = byLocalAddress.get(address);
        if (shared == null || (!Objects.equals(shared.last, ssl) && shared.contexts > shared.uses + 1)) {
            shared = new Shared(create(local));
            byLocalAddress.put(address, shared);
        }
        if (!Objects.equals(shared.last, ssl)) {
            shared.last = ssl;
            shared.contexts++;
        }
        shared.uses++;
        return new Lease(shared);
    }

    /** On a context of nobody's: one made on a verticle's ends, with all its connections, when that verticle does. */
    private NetClient create(@Nullable InetAddress local) {
        var options = TlsOptions.apply(new NetClientOptions(), tls).setTcpNoDelay(true);
        if (local != null && !local.isAnyLocalAddress()) {
            options.setLocalAddress(local.getHostAddress());
        }
        var made = new AtomicReference<NetClient>();
        vertx.createEventLoopContext().dispatch(options, chosen -> made.set(vertx.createNetClient(chosen)));
        return Objects.requireNonNull(made.get());
    }
}
