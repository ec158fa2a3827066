package io.lumia.broker.handshake;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** An engine whose handshakes take turns and tell of failures: the server tells those without the client's address. */
public final class HandshakeEngine extends SSLEngineOptions {
    private static final int KEPT_KEYS = 8;

    private final SSLEngineOptions engine;
    private final Handshakes handshakes;

    public HandshakeEngine(SSLEngineOptions engine, Handshakes handshakes) {
        super(engine);
        this.engine = engine;
        this.handshakes = handshakes;
    }

    @Override
    public SSLEngineOptions copy() {
        return new HandshakeEngine(engine.copy(), handshakes);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new PacedFactory(engine.sslContextFactory(), handshakes);
    }

    private record PacedFactory(SslContextFactory factory, Handshakes handshakes) implements SslContextFactory {
        @Override
        public SslContextFactory useAlpn(boolean useAlpn) {
            return new PacedFactory(factory.useAlpn(useAlpn), handshakes);
        }

        @Override
        public SslContextFactory clientAuth(io.netty.handler.ssl.ClientAuth clientAuth) {
            return new PacedFactory(factory.clientAuth(clientAuth), handshakes);
        }

        @Override
        public SslContextFactory forClient(boolean forClient) {
            return new PacedFactory(factory.forClient(forClient), handshakes);
        }

        /** OpenSSL's form of key and chain is kept by alias; each generation of our keys has an alias of its own. */
        @Override
        public SslContextFactory keyMananagerFactory(KeyManagerFactory keys) {
            var kept = new OpenSslCachingX509KeyManagerFactory(keys, KEPT_KEYS);
            return new PacedFactory(factory.keyMananagerFactory(kept), handshakes);
        }

        @Override
        public SslContextFactory trustManagerFactory(TrustManagerFactory trust) {
            return new PacedFactory(factory.trustManagerFactory(trust), handshakes);
        }

        @Override
        public SslContextFactory enabledCipherSuites(Set<String> suites) {
            return new PacedFactory(factory.enabledCipherSuites(suites), handshakes);
        }

        @Override
        public SslContextFactory applicationProtocols(List<String> protocols) {
            return new PacedFactory(factory.applicationProtocols(protocols), handshakes);
        }

        @Override
        public SslContextFactory serverName(String serverName) {
            return new PacedFactory(factory.serverName(serverName), handshakes);
        }

        @Override
        public SslContext create() throws SSLException {
            return new PacedContext(factory.create(), handshakes);
        }
    }

    private static final class PacedContext extends DelegatingSslContext {
        private final Handshakes handshakes;

        private PacedContext(SslContext context, Handshakes handshakes) {
            super(context);
            this.handshakes = handshakes;
        }

        @Override
        protected void initEngine(SSLEngine engine) {}

        @Override
        protected SslHandler newHandler(ByteBufAllocator buffers, boolean startTls, Executor executor) {
            return paced(super.newHandler(buffers, startTls, executor), startTls, executor);
        }

        @Override
        protected SslHandler newHandler(
                ByteBufAllocator buffers, String host, int port, boolean startTls, Executor executor) {
            return paced(super.newHandler(buffers, host, port, startTls, executor), startTls, executor);
        }

        /** Only Netty's own handler knows how to make the engine; it is let go unused. */
        private SslHandler paced(SslHandler made, boolean startTls, Executor executor) {
            return new PacedSslHandler(made.engine(), startTls, executor, handshakes);
        }
    }
}
