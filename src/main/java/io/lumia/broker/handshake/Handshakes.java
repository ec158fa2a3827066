package io.lumia.broker.handshake;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The TLS handshakes of one broker. Safe for use by several event loops. */
public final class Handshakes {
    /** Hears of each failed handshake, on an event loop. */
    public interface Listener {
        void failed(String address, int port, Throwable cause);
    }

    private final WaitingRoom room;
    private final Listener listener;
    private final int placesOfEach;
    private final Map<EventLoop, HandshakeTurns> turns = new ConcurrentHashMap<>();

    /** @param eventLoops that share the room's handshakes evenly */
    public Handshakes(WaitingRoom room, int eventLoops, Listener listener) {
        this.room = room;
        this.listener = listener;
        this.placesOfEach = Math.max(1, room.mostHandshakes() / eventLoops);
    }

    WaitingRoom room() {
        return room;
    }

    HandshakeTurns turns(Channel channel) {
        return turns.computeIfAbsent(channel.eventLoop(), loop -> new HandshakeTurns(loop, room, placesOfEach));
    }

    void failed(Channel channel, Throwable cause) {
        if (channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null) {
            listener.failed(remote.getAddress().getHostAddress(), remote.getPort(), cause);
        } else {
            listener.failed("unknown", 0, cause);
        }
    }
}
