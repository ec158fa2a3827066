package io.lumia.bench.mqtt;

import io.lumia.tls.FleetTrust;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Opens links by mTLS, each with an identity of its own, never resuming a TLS session. */
public final class Network implements AutoCloseable {
    private static final int CONNECT_MILLIS = 30_000;
    private static final int HANDSHAKE_MILLIS = 120_000;

    private final EventLoopGroup loops;
    private final Credentials credentials = new Credentials();
    private final SslContext tls;
    private volatile boolean closed;

    /**
     * A connection to be made.
     *
     * @param expirySeconds of the session; 0: it ends with the connection
     */
    public record Wanted(
            int port, Credential credential, boolean cleanStart, int expirySeconds, LinkListener listener) {}

    /** @param roots that the brokers' certificates end at */
    public Network(List<X509Certificate> roots, List<X509Certificate> intermediates) throws SSLException {
        // otherwise a reconnect would measure resumption; read once by Netty
        System.setProperty("io.netty.handler.ssl.openssl.sessionCacheClient", "false");
        var threads = new DefaultThreadFactory("lumia-bench-network", true);
        loops = new MultiThreadIoEventLoopGroup(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                threads,
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        tls = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .keyManager(credentials)
                .trustManager(new KnownServers(new FleetTrust(roots, intermediates)))
                .endpointIdentificationAlgorithm(null)
                .sessionCacheSize(1)
                .build();
    }

    /** Connects to 127.0.0.1. @return fails with {@link ConnectRefused} or what the network said */
    public CompletableFuture<Link> connect(Wanted wanted) {
        var link = new Link(wanted);
        if (closed) {
            return CompletableFuture.failedFuture(new ConnectRefused("stopped"));
        }
        var alias = credentials.add(wanted.credential());
        var initial = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel opened) {
                var handler = tls.newHandler(opened.alloc(), alias, wanted.port());
                handler.setHandshakeTimeout(HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
                opened.pipeline().addLast(handler, link);
            }
        };
        var unused = new Bootstrap()
                .group(loops)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(initial)
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted.port()))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        link.connected().completeExceptionally(done.cause());
                    }
                });
        return link.connected();
    }

    /** Whether no link can be opened any more. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
