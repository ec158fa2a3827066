package io.lumia.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DeviceConnected;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventFeedTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.TEN);
    private static final int BROWSERS = 100;
    private static final int DEVICES = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final MovableClock clock = new MovableClock(NOW);
    private final List<Socket> sockets = new ArrayList<>();
    private EventFeed feed;
    private int port;

    @BeforeEach
    void open() {
        FleetBus.install(vertx);
        feed = new EventFeed(vertx, new CountOverdue(1.0 / 3, null), clock);
        var server = vertx.createHttpServer()
                .requestHandler(
                        request -> feed.open(request.response(), Long.parseLong(request.getParam("after", "0"))));
        port = Await.result(feed.start().compose(listening -> server.listen(0, "127.0.0.1")))
                .actualPort();
    }

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        Await.result(vertx.close());
    }

    @Test
    void a_hundred_browsers_hear_of_ten_thousand_devices_in_part_and_of_what_matters_in_full() throws Exception {
        var browsers = new ArrayList<BufferedReader>();
        for (int i = 0; i < BROWSERS; i++) {
            browsers.add(browser(0));
        }
        for (int i = 0; i < DEVICES; i++) {
            FleetBus.DEVICE_CONNECTED.publish(
                    vertx, new DeviceConnected("dev-" + i, "dev-" + i, SERIAL, "127.0.0.1", "TLSv1.3"));
        }
        FleetBus.REVOCATION_ENFORCED.publish(vertx, new RevocationEnforced("broker", SERIAL, Duration.ofMillis(38)));
        for (BufferedReader browser : browsers) {
            var told = until(browser, "revocation.enforced");
            assertThat(told)
                    .filteredOn(line -> line.contains("device.connected"))
                    .hasSizeBetween(1, 20);
            assertThat(told.get(told.size() - 1)).contains("gone from broker after 38 ms");
        }
        assertThat(feed.leftOut()).isEqualTo(DEVICES - 20);
        assertThat(feed.proofs(SERIAL)).hasSize(1);
    }

    @Test
    void who_comes_again_goes_on_where_it_was_and_is_told_what_it_missed() throws Exception {
        for (int i = 1; i <= EventFeed.KEPT + 40; i++) {
            fail("dev-" + i, "x");
            if (i % 180 == 0) { // as many as are told at once
                int sent = i;
                Await.until(vertx, sent + " are heard", () -> feed.lastId() == sent);
                clock.advance(Duration.ofMinutes(1));
            }
        }
        assertThat(until(browser(EventFeed.KEPT + 38), "dev-540"))
                .filteredOn(line -> line.startsWith("id: "))
                .containsExactly("id: 539", "id: 540");
        assertThat(until(browser(10), "dev-540"))
                .contains("event: missed", "data: {\"count\":30}")
                .contains("id: 41")
                .doesNotContain("id: 40");
    }

    @Test
    void a_browser_that_does_not_read_is_passed_over_and_then_let_go() {
        var calls = new ArrayList<String>();
        var full = new AtomicBoolean(true);
        var response = (HttpServerResponse) Proxy.newProxyInstance(
                HttpServerResponse.class.getClassLoader(),
                new Class<?>[] {HttpServerResponse.class},
                (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    return switch (method.getName()) {
                        case "writeQueueFull" -> full.get();
                        case "closed", "ended" -> false;
                        default -> Future.succeededFuture();
                    };
                });
        var browser = new Browser(response, 0, NOW);
        browser.tell(Buffer.buffer("x"));
        assertThat(calls).doesNotContain("write");
        assertThat(browser.isOver(NOW)).isFalse();
        assertThat(browser.isOver(NOW.plusSeconds(19))).isFalse();
        full.set(false);
        assertThat(browser.isOver(NOW.plusSeconds(20))).isFalse();
        full.set(true);
        assertThat(browser.isOver(NOW.plusSeconds(30))).isFalse();
        assertThat(browser.isOver(NOW.plusSeconds(51))).isTrue();
        assertThat(calls).contains("reset").doesNotContain("write", "end");
    }

    @Test
    void what_strangers_made_long_is_cut() {
        fail("x".repeat(70_000), "y".repeat(70_000));
        Await.until(vertx, "it is heard", () -> feed.lastId() == 1);
        assertThat(feed.recent(1).get(0).frame().length()).isLessThan(2000);
    }

    private void fail(String identity, String detail) {
        FleetBus.RENEWAL_FAILED.publish(vertx, new RenewalFailed(identity, "refused", detail, NOW));
    }

    private BufferedReader browser(long after) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("GET /?after=" + after + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static List<String> until(BufferedReader lines, String text) throws IOException {
        var read = new ArrayList<String>();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            read.add(line);
            if (line.contains(text)) {
                return read;
            }
        }
        throw new AssertionError(text + " did not come: " + read);
    }
}
