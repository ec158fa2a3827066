package io.lumia.swarm.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.agent.Contact;
import io.lumia.fakes.Await;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relay between a device at 127.0.0.7 and a server, which answers each text with the same. */
class LinkTest {
    private static final String DEVICE = "127.0.0.7";

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<NetSocket> arrived = new CopyOnWriteArrayList<>();
    private final List<NetSocket> left = new CopyOnWriteArrayList<>();
    private Link link;
    private Contact contact;

    @BeforeEach
    void start() {
        NetServer echo = Await.result(vertx.createNetServer()
                .connectHandler(socket -> {
                    arrived.add(socket);
                    socket.handler(socket::write);
                    socket.closeHandler(closed -> left.add(socket));
                })
                .listen(0, "127.0.0.1"));
        contact = new Contact(URI.create("https://ca.test"), "127.0.0.1", echo.actualPort());
        link = Await.on(context, () -> Future.succeededFuture(new Link(vertx, AddressRange.address(DEVICE))));
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void the_server_sees_the_device_at_its_own_address() {
        var device = new Device();
        device.says("hello");

        device.hears("hello");
        assertThat(arrived.get(0).remoteAddress().hostAddress()).isEqualTo(DEVICE);
    }

    @Test
    void nobody_else_gets_through_it() {
        var stranger = new Device("127.0.0.8");

        stranger.isClosed();
        assertThat(arrived).isEmpty();
    }

    @Test
    void a_cut_ends_both_sides_and_a_new_connection_works() {
        var device = new Device();
        device.says("hello");
        device.hears("hello");
        does(link::cut);

        device.isClosed();
        Await.until(vertx, "the server is told", () -> left.size() == 1);
        var again = new Device();
        again.says("back");
        again.hears("back");
    }

    @Test
    void nothing_connects_while_it_is_down() {
        new Device();
        does(link::down);
        new Device().isClosed();
        does(link::up);

        var back = new Device();
        back.says("back");
        back.hears("back");
    }

    @Test
    void a_silenced_connection_is_dead_for_good_and_neither_side_is_told() {
        var device = new Device();
        device.says("hello");
        device.hears("hello");
        does(link::silence);
        device.says("anybody?");
        var fresh = new Device();
        fresh.says("new");
        fresh.hears("new"); // so what was said before it is through, or nowhere

        assertThat(device.heard.toString()).isEqualTo("hello");
        device.closes();
        fresh.says("!");
        fresh.hears("new!");
        assertThat(left).isEmpty();
        assertThat(buried().isComplete()).isFalse();
        Await.result(arrived.get(0).close());
        Await.result(buried());
    }

    @Test
    void a_stalled_connection_goes_on_where_it_was() {
        var device = new Device();
        device.says("hello");
        device.hears("hello");
        does(link::stall);
        device.says(" again");
        var late = new Device();
        late.says("late");
        does(link::up);

        device.hears("hello again");
        late.hears("late");
    }

    @Test
    void who_gave_a_stalled_connection_up_ends_it_for_the_other_when_it_goes_on() {
        var device = new Device();
        device.says("hello");
        device.hears("hello");
        does(link::stall);
        Await.result(arrived.get(0).close());
        does(link::up);

        device.isClosed();
    }

    private Future<Void> buried() {
        return link.buried();
    }

    private void does(Runnable what) {
        Await.on(context, () -> {
            what.run();
            return Future.succeededFuture();
        });
    }

    private final class Device {
        final StringBuffer heard = new StringBuffer();
        private final NetSocket socket;
        private volatile boolean closed;

        Device() {
            this(DEVICE);
        }

        Device(String address) {
            var there = Await.on(context, () -> link.to(contact));
            var client = vertx.createNetClient(new NetClientOptions().setLocalAddress(address));
            socket = Await.on(
                    context,
                    () -> client.connect(there)
                            .onSuccess(open -> open.handler(heard::append).closeHandler(end -> closed = true)));
        }

        void says(String text) {
            Await.result(socket.write(text));
        }

        void hears(String text) {
            Await.until(vertx, "hears " + text, () -> heard.toString().equals(text));
        }

        void closes() {
            Await.result(socket.close());
        }

        void isClosed() {
            Await.until(vertx, "is closed", () -> closed);
        }
    }
}
