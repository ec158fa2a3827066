package io.lumia.broker;

import io.netty.channel.Channel;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** An engine that tells of failed handshakes: the server tells them without the client's address. */
final class HandshakeWatch extends SSLEngineOptions {
    /** Hears of each failed handshake, on an event loop. */
    interface Listener {
        void failed(String address, int port, Throwable cause);
    }

    private final SSLEngineOptions engine;
    private final Listener listener;

    HandshakeWatch(SSLEngineOptions engine, Listener listener) {
        super(engine);
        this.engine = engine;
        this.listener = listener;
    }

    @Override
    public SSLEngineOptions copy() {
        return new HandshakeWatch(engine.copy(), listener);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new WatchedFactory(engine.sslContextFactory(), listener);
    }

    private static final int KEPT_KEYS = 8;

    private record WatchedFactory(SslContextFactory factory, Listener listener) implements SslContextFactory {
        @Override
        public SslContextFactory useAlpn(boolean useAlpn) {
            return new WatchedFactory(factory.useAlpn(useAlpn), listener);
        }

        @Override
        public SslContextFactory clientAuth(io.netty.handler.ssl.ClientAuth clientAuth) {
            return new WatchedFactory(factory.clientAuth(clientAuth), listener);
        }

        @Override
        public SslContextFactory forClient(boolean forClient) {
            return new WatchedFactory(factory.forClient(forClient), listener);
        }

        /** OpenSSL's form of key and chain is kept by alias; each generation of our keys has an alias of its own. */
        @Override
        public SslContextFactory keyMananagerFactory(KeyManagerFactory keys) {
            return new WatchedFactory(
                    factory.keyMananagerFactory(new OpenSslCachingX509KeyManagerFactory(keys, KEPT_KEYS)), listener);
        }

        @Override
        public SslContextFactory trustManagerFactory(TrustManagerFactory trust) {
            return new WatchedFactory(factory.trustManagerFactory(trust), listener);
        }

        @Override
        public SslContextFactory enabledCipherSuites(Set<String> suites) {
            return new WatchedFactory(factory.enabledCipherSuites(suites), listener);
        }

        @Override
        public SslContextFactory applicationProtocols(List<String> protocols) {
            return new WatchedFactory(factory.applicationProtocols(protocols), listener);
        }

        @Override
        public SslContextFactory serverName(String serverName) {
            return new WatchedFactory(factory.serverName(serverName), listener);
        }

        @Override
        public SslContext create() throws SSLException {
            return new WatchedContext(factory.create(), listener);
        }
    }

    private static final class WatchedContext extends DelegatingSslContext {
        private final Listener listener;

        private WatchedContext(SslContext context, Listener listener) {
            super(context);
            this.listener = listener;
        }

        @Override
        protected void initEngine(SSLEngine engine) {}

        @Override
        protected void initHandler(SslHandler handler) {
            super.initHandler(handler);
            handler.handshakeFuture().addListener((Future<Channel> done) -> {
                if (!done.isSuccess()) {
                    listener.failed(address(handler), handler.engine().getPeerPort(), done.cause());
                }
            });
        }

        private static String address(SslHandler handler) {
            var host = handler.engine().getPeerHost();
            return host == null ? "unknown" : host;
        }
    }
}
