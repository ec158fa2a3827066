package io.lumia.broker.handshake;

import io.lumia.access.TokenBuckets;
import io.lumia.config.ArrivalLimits;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everybody whose CONNECT is not there yet: bounded, over all and for each address, and each with the same time. For all event loops of one
 * broker.
 */
public final class WaitingRoom {
    private static final AttributeKey<Place> PLACE = AttributeKey.valueOf(WaitingRoom.class, "place");
    private static final int MOST_ADDRESSES = 20_000;
    private static final int SECONDS = 60;
    private static final int UNLIMITED = Integer.MAX_VALUE / SECONDS;

    private final ArrivalLimits limits;
    private final Duration patience;
    private final Clock clock;
    private final Consumer<Turned> turned;
    private final Map<String, Integer> byAddress = new HashMap<>();
    private final TokenBuckets<String> addressRate;
    private final TokenBuckets<String> rate;
    private int present;

    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger atWork = new AtomicInteger();
    final LongAdder delayed = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();

    /** Why somebody was turned away; a metric label in lower case. */
    public enum Turned {
        /** {@code broker.limits.arrivals.waiting} is reached. */
        WAITING_FULL,
        /** {@code broker.limits.arrivals.waiting-per-address} is reached. */
        ADDRESS_FULL,
        /** More than {@code broker.limits.arrivals.per-second-per-address}. */
        ADDRESS_RATE,
        /** No CONNECT within {@code broker.connect-timeout}. */
        CONNECT_TIMEOUT
    }

    /** One connection's place, until its CONNECT is there or it is closed. On its event loop. */
    public final class Place {
        private final String address;
        private final ScheduledFuture<?> deadline;
        private boolean left;
        private boolean late;

        private Place(String address, Channel channel) {
            this.address = address;
            deadline = channel.eventLoop().schedule(() -> expire(channel), patience.toMillis(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> leave());
        }

        /** CONNECT is there. */
        public void leave() {
            if (!left) {
                left = true;
                deadline.cancel(false);
                WaitingRoom.this.left(address);
            }
        }

        boolean isLate() {
            return late;
        }

        private void expire(Channel channel) {
            if (!left) {
                late = true;
                turned.accept(Turned.CONNECT_TIMEOUT);
                cut(channel);
            }
        }
    }

    /**
     * @param patience from the TCP connection to CONNECT
     * @param turned hears of each that is turned away, on an event loop
     */
    public WaitingRoom(ArrivalLimits limits, Duration patience, Clock clock, Consumer<Turned> turned) {
        this.limits = limits;
        this.patience = patience;
        this.clock = clock;
        this.turned = turned;
        this.rate = buckets(limits.perSecond(), 1);
        this.addressRate = buckets(limits.perSecondPerAddress(), MOST_ADDRESSES);
    }

    private static TokenBuckets<String> buckets(int perSecond, int keys) {
        int most = perSecond == 0 ? UNLIMITED : perSecond;
        return new TokenBuckets<>(most * SECONDS, most, keys);
    }

    /** The place of a connection that came through TLS. */
    public static Optional<Place> placeOf(Channel channel) {
        return Optional.ofNullable(channel.attr(PLACE).get());
    }

    /** How much waits and works here now. */
    public Load load() {
        return new Load(waiting.get(), atWork.get(), delayed.sum(), turnedAway.sum());
    }

    /**
     * @param waiting handshakes that wait for their turn
     * @param atWork handshakes begun and not done
     * @param delayed handshakes that had to wait noticeably, since the start
     * @param turnedAway connections closed at once, since the start
     */
    public record Load(int waiting, int atWork, long delayed, long turnedAway) {}

    /** @return null when there is no place; the connection is to be closed at once */
    @Nullable
    Place enter(Channel channel) {
        var address = address(channel);
        var refused = takePlace(address, clock.instant());
        if (refused != null) {
            turnedAway.increment();
            turned.accept(refused);
            return null;
        }
        var place = new Place(address, channel);
        channel.attr(PLACE).set(place);
        return place;
    }

    /** Zero: another handshake may begin now; otherwise how long until then. */
    synchronized Duration mayBegin() {
        return rate.take("", clock.instant()).orElse(Duration.ZERO);
    }

    int mostHandshakes() {
        return limits.handshakes();
    }

    private synchronized @Nullable Turned takePlace(String address, Instant now) {
        if (present >= limits.waiting()) {
            return Turned.WAITING_FULL;
        }
        if (byAddress.getOrDefault(address, 0) >= limits.waitingPerAddress()) {
            return Turned.ADDRESS_FULL;
        }
        if (addressRate.take(address, now).isPresent()) {
            return Turned.ADDRESS_RATE;
        }
        present++;
        byAddress.merge(address, 1, Integer::sum);
        return null;
    }

    private synchronized void left(String address) {
        present--;
        byAddress.computeIfPresent(address, (known, count) -> count > 1 ? count - 1 : null);
    }

    private static String address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress().getHostAddress()
                : "unknown";
    }

    /** Past TLS, which would wait for a client that does not read. */
    static void cut(Channel channel) {
        var first = channel.pipeline().firstContext();
        var unused = first == null ? channel.close() : first.close();
    }
}
