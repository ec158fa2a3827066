package io.lumia.provisioning.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.DnsResponderConfig;
import io.lumia.fakes.Await;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

class NameResponderTest {
    private static final String DOMAIN = ".devices.lumia.internal.";
    private static final Map<String, String> CLAIMED = Map.of("dev-0001", "127.20.0.2", "dev-0006", "2001:db8::6");

    private final Vertx vertx = Vertx.vertx();
    private final NameResponder responder = new NameResponder(
            new DnsResponderConfig("127.0.0.1", 0),
            new FleetAnswers(new FleetDomain("devices.lumia.internal"), NameResponderTest::address));

    @BeforeEach
    void start() {
        Await.result(vertx.deployVerticle(responder));
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    private static Future<Optional<String>> address(DeviceName name) {
        return name.value().equals("dev-broken")
                ? Future.failedFuture("the database is locked")
                : Future.succeededFuture(Optional.ofNullable(CLAIMED.get(name.value())));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tells_the_address_at_which_a_device_was_provisioned(boolean tcp) throws IOException {
        assertThat(addresses(ask("dev-0001" + DOMAIN, Type.A, tcp))).containsExactly("127.20.0.2");
        assertThat(addresses(ask("DEV-0001.Devices.Lumia.Internal.", Type.A, tcp)))
                .containsExactly("127.20.0.2");
        assertThat(addresses(ask("dev-0006" + DOMAIN, Type.AAAA, tcp))).containsExactly("2001:db8:0:0:0:0:0:6");
    }

    @ParameterizedTest
    @CsvSource({
        "dev-0001.devices.lumia.internal., AAAA, 0",
        "dev-0006.devices.lumia.internal., A, 0",
        "dev-0001.devices.lumia.internal., TXT, 0",
        "dev-0002.devices.lumia.internal., A, 3",
        "sub.dev-0001.devices.lumia.internal., A, 3",
        "devices.lumia.internal., A, 3",
        "example.org., A, 3",
        "dev-broken.devices.lumia.internal., A, 2",
    })
    void tells_nothing_else(String name, String type, int code) throws IOException {
        var answer = ask(name, Type.value(type), false);
        assertThat(answer.getRcode()).as(Rcode.string(answer.getRcode())).isEqualTo(code);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
    }

    @Test
    void refuses_what_is_no_plain_question() throws Exception {
        var update = Message.newUpdate(Name.fromString("devices.lumia.internal."));
        assertThat(resolver(false).send(update).getRcode()).isIn(Rcode.NOTIMP, Rcode.FORMERR);
        var chaos = Message.newQuery(Record.newRecord(Name.fromString("dev-0001" + DOMAIN), Type.A, DClass.CH));
        assertThat(resolver(false).send(chaos).getRcode()).isEqualTo(Rcode.NOTIMP);
    }

    @Test
    void leaves_rubbish_unanswered_and_goes_on() throws Exception {
        try (var socket = new DatagramSocket();
                var stream = new Socket("127.0.0.1", responder.port())) {
            for (byte[] rubbish : List.of(new byte[0], new byte[] {1}, new byte[11], new byte[5000])) {
                socket.send(new DatagramPacket(
                        rubbish, rubbish.length, InetAddress.getLoopbackAddress(), responder.port()));
            }
            stream.setSoTimeout(30_000);
            stream.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3});
            assertThat(stream.getInputStream().read()).as("closed").isEqualTo(-1);
        }
        assertThat(addresses(ask("dev-0001" + DOMAIN, Type.A, false))).containsExactly("127.20.0.2");
    }

    @Test
    void a_taken_port_is_told_with_its_key() {
        var second =
                new NameResponder(new DnsResponderConfig("127.0.0.1", responder.port()), new FleetDomain("a.b"), null);
        assertThatThrownBy(() -> {
                    throw Await.failure(vertx.deployVerticle(second));
                })
                .hasMessageContaining("dns.port");
    }

    private Message ask(String name, int type, boolean tcp) throws IOException {
        return resolver(tcp).send(Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
    }

    private SimpleResolver resolver(boolean tcp) throws IOException {
        var resolver = new SimpleResolver("127.0.0.1");
        resolver.setPort(responder.port());
        resolver.setTCP(tcp);
        resolver.setTimeout(Duration.ofSeconds(20));
        return resolver;
    }

    private static List<String> addresses(Message answer) {
        return answer.getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .toList();
    }
}
