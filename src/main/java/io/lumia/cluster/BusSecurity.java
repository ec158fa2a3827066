package io.lumia.cluster;

import io.lumia.config.ClusterConfig;
import io.lumia.tls.NodeCredentials;
import io.lumia.x509.Pem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Set;

/**
 * The event bus between nodes: mutual TLS 1.3. Vert.x copies these options by their JSON form, so that key and roots are values and stay the same
 * while the process runs; and it compares no names, so that the roots must vouch for nodes alone.
 */
final class BusSecurity {
    private static final int CONNECT_MS = 3_000;
    private static final long PING_MS = 5_000;

    private BusSecurity() {}

    static EventBusOptions options(ClusterConfig config, NodeCredentials credentials) {
        var trust = new PemTrustOptions();
        credentials.trusted().forEach(root -> trust.addCertValue(Buffer.buffer(Pem.of(root))));
        var options = new EventBusOptions()
                .setHost(config.host())
                .setPort(config.busPort())
                .setClusterPingInterval(PING_MS)
                .setClusterPingReplyInterval(PING_MS)
                .setConnectTimeout(CONNECT_MS)
                .setTrustAll(false) // true is the default of the event bus
                .setClientAuth(ClientAuth.REQUIRED);
        options.setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setTrustOptions(trust)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(Pem.of(credentials.own().chain())))
                        .addKeyValue(Buffer.buffer(Pem.of(credentials.own().key()))));
        return options;
    }
}
