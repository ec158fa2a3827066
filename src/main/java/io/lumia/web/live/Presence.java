package io.lumia.web.live;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.DeviceDisconnected;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who is connected to this process's broker, and when others were seen last; from the start of the process on. For one event loop. */
public final class Presence {
    private static final int MOST = 200_000;

    private final Clock clock;
    private final Map<String, Seen> byIdentity = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
            return size() > MOST;
        }
    };

    public Presence(Clock clock) {
        this.clock = clock;
    }

    /**
     * @param connections open now; two during a renewal, while the new certificate is proven
     * @param at when the last connection began or ended
     * @param address from where it connected last
     * @param serial of the certificate that it showed last
     * @param ended why the last connection ended; empty while there was none
     */
    public record Seen(int connections, Instant at, String address, String serial, String ended) {
        public boolean isConnected() {
            return connections > 0;
        }
    }

    public Future<Void> start(Vertx vertx) {
        return FleetBus.DEVICE_CONNECTED
                .listen(vertx, this::came)
                .compose(listening -> FleetBus.DEVICE_DISCONNECTED.listen(vertx, this::went));
    }

    /** Empty: not since this process started. */
    public Optional<Seen> of(String identity) {
        return Optional.ofNullable(byIdentity.get(identity));
    }

    private void came(DeviceConnected told) {
        var before = byIdentity.get(told.identity());
        byIdentity.put(
                told.identity(),
                new Seen(
                        before == null ? 1 : before.connections + 1,
                        clock.instant(),
                        told.address(),
                        told.serial().toString(),
                        before == null ? "" : before.ended));
    }

    private void went(DeviceDisconnected told) {
        var before = byIdentity.get(told.identity());
        byIdentity.put(
                told.identity(),
                new Seen(
                        before == null ? 0 : Math.max(0, before.connections - 1),
                        clock.instant(),
                        before == null ? "" : before.address,
                        told.serial().toString(),
                        told.reason()));
    }
}
