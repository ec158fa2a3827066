package io.lumia.broker.handshake;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** TLS on one connection, whose handshake goes on only in its turn. While it waits, nothing more is read. On its event loop. */
final class PacedSslHandler extends SslHandler {
    private static final long NOTICEABLE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Handshakes handshakes;
    private final ArrayDeque<Object> held = new ArrayDeque<>(1);
    private @Nullable ChannelHandlerContext context;
    private WaitingRoom.@Nullable Place place;
    private long since;
    private boolean waiting;
    private boolean begun;
    private boolean over;

    PacedSslHandler(SSLEngine engine, boolean startTls, Executor executor, Handshakes handshakes) {
        super(engine, startTls, executor);
        this.handshakes = handshakes;
        handshakeFuture().addListener(done -> ended(done.cause()));
    }

    boolean isBegun() {
        return begun;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Exception {
        context = added;
        super.handlerAdded(added);
        place = handshakes.room().enter(added.channel());
        if (place == null) {
            WaitingRoom.cut(added.channel());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object read) throws Exception {
        if (over) {
            super.channelRead(from, read);
        } else if (place == null) {
            ReferenceCountUtil.release(read);
        } else {
            held.add(read);
            await(from.channel());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) throws Exception {
        if (!waiting) {
            super.channelReadComplete(from);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) throws Exception {
        dropHeld();
        super.channelInactive(from);
    }

    private void await(Channel channel) {
        if (!waiting) {
            waiting = true;
            channel.config().setAutoRead(false);
            if (!begun) {
                since = System.nanoTime();
                handshakes.room().waiting.incrementAndGet();
            }
            handshakes.turns(channel).await(this);
        }
    }

    /** Its turn has come: what was read goes on. */
    void step() {
        var from = Objects.requireNonNull(context);
        waiting = false;
        from.channel().config().setAutoRead(true); // first: whoever gets the first packet may stop it again
        begin();
        try {
            while (!held.isEmpty()) {
                super.channelRead(from, held.remove());
            }
            super.channelReadComplete(from);
        } catch (Exception broken) {
            var unused = from.fireExceptionCaught(broken);
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            handshakes.room().waiting.decrementAndGet();
            handshakes.room().atWork.incrementAndGet();
            if (System.nanoTime() - since > NOTICEABLE) {
                handshakes.room().delayed.increment();
            }
        }
    }

    private void ended(@Nullable Throwable failure) {
        over = true;
        if (begun) {
            handshakes.room().atWork.decrementAndGet();
        }
        var from = context;
        if (failure != null && from != null && place != null && !place.isLate()) {
            handshakes.failed(from.channel(), failure);
        }
    }

    private void dropHeld() {
        var from = context;
        if (waiting && from != null) {
            waiting = false;
            handshakes.turns(from.channel()).forget(this);
            if (!begun) {
                handshakes.room().waiting.decrementAndGet();
            }
        }
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }
}
