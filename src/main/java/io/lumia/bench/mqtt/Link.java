package io.lumia.bench.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One connection of one client. What is sent leaves at the end of the event loop's turn, or with {@link #flush}. */
public final class Link extends ByteToMessageDecoder {
    private static final int CLOSED_WITHOUT_A_WORD = -1;

    private final Network.Wanted wanted;
    private final CompletableFuture<Link> connected = new CompletableFuture<>();
    private final Set<Integer> taken = new HashSet<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile LinkListener listener;
    private @Nullable Channel channel;
    private int goodbye = CLOSED_WITHOUT_A_WORD;
    private int lastId;

    Link(Network.Wanted wanted) {
        this.wanted = wanted;
        this.listener = wanted.listener();
    }

    /** Completes with CONNACK; fails with {@link ConnectRefused} when there will be none that is good. */
    CompletableFuture<Link> connected() {
        return connected;
    }

    /** Completes when the connection is gone. */
    public CompletableFuture<Void> closed() {
        return closed;
    }

    public String clientId() {
        return wanted.credential().name();
    }

    public Credential credential() {
        return wanted.credential();
    }

    /** Somebody else hears what comes from now on. */
    public void listener(LinkListener next) {
        listener = next;
    }

    /** Does something on the link's event loop. */
    public void execute(Runnable work) {
        channel().eventLoop().execute(work);
    }

    /** The event loop it lives on: the same object for links that share one. */
    public io.netty.channel.EventLoop loop() {
        return channel().eventLoop();
    }

    /** A packet id for a QoS 1 message; by one thread at a time. */
    public int nextId() {
        do {
            lastId = lastId % 65_535 + 1;
        } while (taken.remove(lastId));
        return lastId;
    }

    /** These are in use by messages that another connection sent first. */
    public void skipIds(Collection<Integer> used) {
        taken.addAll(used);
    }

    /** @param packetId 0: QoS 0 */
    public void publish(byte[] topic, int packetId, boolean again, byte[] payload) {
        var to = channel();
        var unused = to.write(Wire.publish(to.alloc(), topic, packetId, again, payload), to.voidPromise());
    }

    public void flush() {
        channel().flush();
    }

    /** @return completes with SUBACK */
    public CompletableFuture<Void> subscribe(String filter, int qos) {
        return asked(() -> Wire.subscribe(1, filter, qos));
    }

    /** @return completes with PINGRESP */
    public CompletableFuture<Void> ping() {
        return asked(Wire::ping);
    }

    /** Says goodbye and closes. */
    public CompletableFuture<Void> end() {
        execute(() -> {
            var to = channel();
            var unused = to.writeAndFlush(Wire.disconnect()).addListener(ChannelFutureListener.CLOSE);
        });
        return closed;
    }

    private CompletableFuture<Void> asked(java.util.function.Supplier<ByteBuf> question) {
        var answer = new CompletableFuture<Void>();
        execute(() -> {
            answered = answer;
            var unused = channel().writeAndFlush(question.get());
        });
        var unused = closed.thenRun(() -> answer.completeExceptionally(new ConnectRefused("the connection ended")));
        return answer;
    }

    private Channel channel() {
        return Objects.requireNonNull(channel);
    }

    // ---- from Netty

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added.channel();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            var unused = from.writeAndFlush(
                    Wire.connect(wanted.credential().name(), wanted.cleanStart(), wanted.expirySeconds()));
        }
    }

    @Override
    protected void decode(ChannelHandlerContext from, ByteBuf in, List<Object> out) {
        in.markReaderIndex();
        int first = in.readUnsignedByte();
        int length = Wire.length(in);
        if (length < 0 || in.readableBytes() < length) {
            in.resetReaderIndex();
            return;
        }
        int end = in.readerIndex() + length;
        packet(from, first, in, end);
        in.readerIndex(end);
    }

    private void packet(ChannelHandlerContext from, int first, ByteBuf in, int end) {
        switch (first >> 4) {
            case Wire.PUBLISH -> published(from, first, in, end);
            case Wire.PUBACK -> {
                int packetId = in.readUnsignedShort();
                listener.acknowledged(packetId, in.readerIndex() < end ? in.readUnsignedByte() : 0);
            }
            case Wire.CONNACK -> {
                int reason = in.skipBytes(1).readUnsignedByte();
                if (reason == 0) {
                    connected.complete(this);
                } else {
                    refused("CONNACK 0x" + Integer.toHexString(reason));
                }
            }
            case Wire.SUBACK, Wire.PINGRESP -> answered.complete(null);
            case Wire.DISCONNECT -> goodbye = length(in, end) > 0 ? in.readUnsignedByte() : 0;
            default -> throw new IllegalStateException("packet type " + (first >> 4));
        }
    }

    private static int length(ByteBuf in, int end) {
        return end - in.readerIndex();
    }

    private void published(ChannelHandlerContext from, int first, ByteBuf in, int end) {
        in.skipBytes(in.readUnsignedShort());
        int packetId = (first & 0x06) == 0 ? 0 : in.readUnsignedShort();
        in.skipBytes(Wire.length(in));
        listener.message(in.slice(in.readerIndex(), length(in, end)));
        if (packetId != 0) {
            var unused = from.write(Wire.puback(from.alloc(), packetId), from.voidPromise());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) throws Exception {
        from.flush();
        super.channelReadComplete(from);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
        refused(String.valueOf(cause.getMessage()));
        var unused = from.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) throws Exception {
        super.channelInactive(from);
        refused("closed before CONNACK");
        closed.complete(null);
        listener.closed(this, goodbye);
    }

    private void refused(String why) {
        connected.completeExceptionally(new ConnectRefused(why));
    }
}
