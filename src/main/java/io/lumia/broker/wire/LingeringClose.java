package io.lumia.broker.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection that lets the client read why. A socket that is closed while bytes of the client are still to come answers them with a
 * reset, and a reset takes the last packet along. So our side ends first; what still comes is thrown away as it is, until the client closes too or
 * the time is over.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {
    private static final long LONGEST_MS = 2000;

    private LingeringClose() {}

    /** Sends what is written, then ends the connection. */
    static void of(Channel channel) {
        if (!channel.isActive()) {
            var unused = channel.close();
            return;
        }
        channel.pipeline().addFirst("lingeringClose", new LingeringClose());
        lastBytes(channel).addListener(sent -> endOutput(channel));
        channel.config().setAutoRead(true);
        var patience = channel.eventLoop().schedule(() -> cut(channel), LONGEST_MS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> patience.cancel(false));
    }

    private static ChannelFuture lastBytes(Channel channel) {
        var tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
    }

    private static void endOutput(Channel channel) {
        if (channel instanceof DuplexChannel socket && channel.isActive()) {
            var unused = socket.shutdownOutput();
        } else {
            cut(channel);
        }
    }

    /** Past TLS, which would wait for a client that does not read. */
    private static void cut(Channel channel) {
        var first = channel.pipeline().firstContext();
        var unused = first == null ? channel.close() : first.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ReferenceCountUtil.release(read);
    }
}
