package io.lumia.swarm.fault;

import io.lumia.agent.Contact;
import io.lumia.agent.MqttConnector.Detour;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way of one device to its broker, which can break: a small TCP relay on the device's own address, so that the broker sees the device there.
 * TLS goes through it untouched. For one event loop.
 */
final class Link implements Detour {
    private final Vertx vertx;
    private final String address;
    private final Set<Wire> wires = new HashSet<>();
    private final NetClient client;
    private @Nullable Future<NetServer> listening;
    private @Nullable Contact broker;
    private boolean down;
    private boolean stalled;
    private Promise<Void> buried = Promise.promise();

    Link(Vertx vertx, InetAddress address) {
        this.vertx = vertx;
        var options = new NetClientOptions().setTcpNoDelay(true);
        if (!address.isAnyLocalAddress()) {
            options.setLocalAddress(address.getHostAddress());
        }
        this.address = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
        this.client = vertx.createNetClient(options);
    }

    @Override
    public Future<@Nullable SocketAddress> to(Contact contact) {
        broker = contact;
        var opened = listening;
        if (opened == null) {
            opened = vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true))
                    .connectHandler(this::accepted)
                    .listen(0, address);
            listening = opened;
        }
        return opened.map(server -> SocketAddress.inetSocketAddress(server.actualPort(), address));
    }

    /** Everything breaks, and nothing new gets through until {@link #up}. */
    void down() {
        down = true;
        cut();
    }

    /** What there is breaks. */
    void cut() {
        List.copyOf(wires).forEach(Wire::cut);
    }

    /** What there is carries nothing any more, for good, and nobody is told. What is made from now on works. */
    void silence() {
        buried = Promise.promise();
        wires.forEach(wire -> wire.dead = true);
        bury();
    }

    /** Nothing gets through, and nobody is told, until {@link #up}: then goes on what both sides waited for. */
    void stall() {
        stalled = true;
        wires.forEach(Wire::stall);
    }

    /** Completes when both ends of everything that was silenced are closed. */
    Future<Void> buried() {
        return buried.future();
    }

    /** New connections get through again, and those go on that were only stalled. */
    void up() {
        down = false;
        stalled = false;
        List.copyOf(wires).forEach(Wire::goOn);
    }

    private void accepted(NetSocket device) {
        var contact = broker;
        if (down || contact == null || !device.remoteAddress().hostAddress().equals(address)) {
            device.close();
            return;
        }
        device.pause();
        client.connect(contact.mqttPort(), contact.mqttHost())
                .onSuccess(reached -> join(device, reached))
                .onFailure(unreachable -> device.close());
    }

    private void join(NetSocket device, NetSocket reached) {
        var wire = new Wire(device, reached);
        wires.add(wire);
        wire.open();
        if (down) {
            wire.cut();
        } else if (stalled) {
            wire.stall();
        }
    }

    private void bury() {
        if (wires.stream().noneMatch(wire -> wire.dead)) {
            buried.tryComplete();
        }
    }

    /** One connection, both ends. */
    private final class Wire {
        final NetSocket device;
        final NetSocket reached;
        boolean dead;
        int ends = 2;

        Wire(NetSocket device, NetSocket reached) {
            this.device = device;
            this.reached = reached;
        }

        void open() {
            carry(device, reached);
            carry(reached, device);
            device.resume();
        }

        private void carry(NetSocket from, NetSocket to) {
            from.exceptionHandler(broken -> from.close());
            from.closeHandler(closed -> ended(to));
            from.handler(bytes -> {
                if (!dead) {
                    to.write(bytes);
                    if (to.writeQueueFull()) {
                        from.pause();
                        to.drainHandler(drained -> goOn(from));
                    }
                }
            });
        }

        private void goOn(NetSocket from) {
            if (!stalled) {
                from.resume();
            }
        }

        private void ended(NetSocket other) {
            if (--ends == 0) {
                wires.remove(this);
                bury();
            } else if (!dead && !stalled) {
                other.close();
            }
        }

        void stall() {
            device.pause();
            reached.pause();
        }

        void goOn() {
            if (ends < 2 && !dead) {
                cut();
            } else {
                device.resume();
                reached.resume();
            }
        }

        void cut() {
            dead = false;
            device.close();
            reached.close();
        }
    }
}
