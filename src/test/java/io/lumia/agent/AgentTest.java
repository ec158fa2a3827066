package io.lumia.agent;

import static io.lumia.agent.AgentState.CONNECTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.config.AgentConfig;
import io.lumia.config.ClientTlsConfig;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FakeOrders;
import io.lumia.fakes.FakeRoots;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.RecordingProvisioner;
import io.lumia.fakes.SmallBroker;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.mqtt.Ending;
import io.lumia.mqtt.Message;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentTest {
    private static final DeviceName NAME = new DeviceName("dev-0001");
    private static final FleetDomain DOMAIN = new FleetDomain("devices.lumia.internal");
    private static final AgentConfig CONFIG = new AgentConfig(
            null,
            null,
            null,
            null,
            Duration.ofMillis(20),
            Duration.ofMillis(5),
            Duration.ofMillis(60),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMillis(20),
            2,
            ClientTlsConfig.EMBEDDED);

    @TempDir
    private Path data;

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final MovableClock clock = new MovableClock(start);
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final FleetCa ca = new FleetCa(clock);
    private final FakeOrders orders = new FakeOrders(ca);
    private final FakeRoots roots = new FakeRoots(ca);
    private final SmallBroker broker = new SmallBroker(vertx, ca);
    private final RecordingProvisioner provisioner = new RecordingProvisioner(vertx, ca, DOMAIN.suffix());
    private final Heard heard = new Heard();
    private final List<CertificateRenewed> renewals = new CopyOnWriteArrayList<>();
    private final List<RenewalFailed> failures = new CopyOnWriteArrayList<>();
    private int provisioningPort;

    private static final class Heard implements AgentListener {
        final List<String> messages = new CopyOnWriteArrayList<>();
        final List<AgentState> states = new CopyOnWriteArrayList<>();
        final List<Ending> endings = new CopyOnWriteArrayList<>();

        @Override
        public void ended(Ending ending) {
            endings.add(ending);
        }

        @Override
        public void message(Message message) {
            messages.add(message.topic() + " " + message.payload());
        }

        @Override
        public void entered(AgentState state) {
            states.add(state);
        }
    }

    @BeforeEach
    void listen() {
        FleetBus.install(vertx);
        Await.result(FleetBus.CERTIFICATE_RENEWED.listen(vertx, renewals::add));
        Await.result(FleetBus.RENEWAL_FAILED.listen(vertx, failures::add));
        provisioner.mqttPort = Await.result(broker.listen(0));
        provisioningPort = Await.result(provisioner.listen());
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void enrols_orders_and_connects_from_its_own_address() throws Exception {
        var agent = connected(null);

        assertThat(heard.states).containsExactly(AgentState.PROVISIONED, AgentState.CERTIFIED, CONNECTED);
        assertThat(provisioner.addresses).containsExactly("127.0.0.7");
        assertThat(broker.connects).singleElement().satisfies(connect -> {
            assertThat(connect.clientId()).isEqualTo("dev-0001");
            assertThat(connect.address()).isEqualTo("127.0.0.7");
            assertThat(connect.cleanSession()).isFalse();
        });
        var identityKey = directory().resolve("identity-key.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(identityKey)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory().resolve("current/key.pem"))))
                .isEqualTo("rw-------");
        assertThat(Pem.privateKey(Files.readString(directory().resolve("current/key.pem"))))
                .as("an MQTT certificate never has the identity key")
                .isNotEqualTo(Pem.privateKey(Files.readString(identityKey)));
        stop(agent);
    }

    @Test
    void never_sends_a_private_key() throws Exception {
        stop(connected(null));

        var request = provisioner.requests.get(0);
        assertThat(request).contains("BEGIN CERTIFICATE REQUEST").doesNotContain("PRIVATE");
        for (var file : List.of("identity-key.pem", "current/key.pem")) {
            var body = Files.readString(directory().resolve(file)).lines().toList();
            // base64 of a key as a whole would share lines with the request, whatever its label
            assertThat(body.subList(1, body.size() - 1)).noneMatch(request::contains);
        }
    }

    @Test
    void a_restart_needs_neither_provisioning_nor_an_order() {
        stop(connected(null));
        provisioner.refuseWith = 503;

        var again = connected(null);

        assertThat(provisioner.requests).hasSize(1);
        assertThat(orders.placed).hasSize(1);
        assertThat(broker.connects).hasSize(2);
        stop(again);
    }

    @Test
    void a_corrupt_certificate_is_ordered_again_without_provisioning() throws Exception {
        stop(connected(null));
        Files.writeString(directory().resolve("current/key.pem"), "-----BEGIN PRIV");

        stop(connected(null));

        assertThat(provisioner.requests).hasSize(1);
        assertThat(orders.placed).hasSize(2);
    }

    @Test
    void a_corrupt_contact_leads_to_provisioning_with_the_same_key() throws Exception {
        stop(connected(null));
        var key = Files.readString(directory().resolve("identity-key.pem"));
        Files.writeString(directory().resolve("contact.json"), "{\"acmeDir");

        stop(connected(null));

        assertThat(provisioner.requests).hasSize(2);
        assertThat(Files.readString(directory().resolve("identity-key.pem"))).isEqualTo(key);
    }

    @Test
    void offline_past_expiry_orders_with_its_identity_key_and_is_not_provisioned_again() {
        clock.advance(Duration.ofDays(-2));
        provisioner.mqttPort = 1;
        var offline = started(null);
        Await.until(vertx, "a certificate", () -> orders.placed.size() == 1);
        Await.until(vertx, "certified", () -> offline.state() == AgentState.CERTIFIED);
        stop(offline);
        clock.advance(Duration.ofDays(2));

        var contact = new Contact(URI.create("https://localhost:9/directory"), "localhost", Await.result(port()));
        var agent = begun(environment(null, contact));
        Await.result(agent.connected());

        assertThat(provisioner.requests).hasSize(1);
        assertThat(orders.placed).hasSize(2);
        assertThat(orders.placed.get(1).identityKey().getPublic())
                .isEqualTo(orders.placed.get(0).identityKey().getPublic());
        Await.until(vertx, "the renewal is told", () -> renewals.size() == 1);
        stop(agent);
    }

    @Test
    void stops_when_provisioning_hands_out_another_root_than_the_pinned_one() {
        var pinned = Fingerprint.of(new FleetCa(clock).root());

        var agent = started(pinned);

        assertThat(Await.failure(agent.connected()))
                .hasMessageContaining(pinned.hex())
                .hasMessageContaining(Fingerprint.of(ca.root()).hex());
        assertThat(agent.state()).isEqualTo(AgentState.FAILED);
        assertThat(orders.placed).isEmpty();
        assertThat(directory().resolve("root.pem")).doesNotExist();
    }

    @Test
    void tries_again_while_provisioning_is_off() {
        provisioner.refuseWith = 503;
        var agent = started(null);
        Await.until(vertx, "a second attempt", () -> provisioner.requests.size() >= 2);
        assertThat(agent.state()).isEqualTo(AgentState.NEW);

        provisioner.refuseWith = 0;
        Await.result(agent.connected());
        stop(agent);
    }

    @Test
    void renews_on_its_day_and_loses_no_message() {
        var agent = connected(null);
        var first = broker.connects.get(0).certificate();

        var sent = stream(agent, 40, () -> {
            clock.advance(Duration.ofHours(20));
            agent.look();
        });

        Await.until(vertx, "the renewal is told", () -> renewals.size() == 1);
        sent.forEach(Await::result);
        Await.until(vertx, "all received", () -> broker.received.size() >= 40);
        assertThat(broker.received).doesNotHaveDuplicates().hasSize(40);
        assertThat(broker.connects)
                .extracting(SmallBroker.Connected::clientId)
                .containsExactly("dev-0001", "dev-0001!probe", "dev-0001");
        assertThat(broker.connects.get(1).cleanSession()).isTrue();
        assertThat(broker.connects.get(2).certificate())
                .isNotEqualTo(first)
                .isEqualTo(broker.connects.get(1).certificate());
        Await.until(vertx, "the probe's end", () -> !broker.ended.isEmpty());
        assertThat(agent.state()).isEqualTo(CONNECTED);
        assertThat(heard.states).doesNotContain(AgentState.STOPPED);
        Await.until(vertx, "the old generation is removed after the overlap", () -> generations() == 1);
        assertThat(broker.ended).as("only the probe says goodbye").containsExactly("dev-0001!probe");
        stop(agent);
    }

    @Test
    void sends_again_what_the_broker_had_not_acknowledged_before_the_swap() {
        var agent = connected(null);
        broker.acknowledging = false;
        var unacknowledged = Await.on(context, () -> Future.succeededFuture(publish(agent, "t", "a")));
        Await.until(vertx, "sent", () -> broker.received.contains("a"));
        broker.acknowledging = true;

        renew(agent);

        Await.result(unacknowledged);
        assertThat(broker.received).containsExactly("a", "a");
        stop(agent);
    }

    @Test
    void keeps_the_old_certificate_when_the_probe_is_refused() throws Exception {
        var agent = connected(null);
        var current = Files.readSymbolicLink(directory().resolve("current"));
        broker.refusingProbes = true;

        renew(agent);

        Await.until(vertx, "the failure is told", () -> !failures.isEmpty());
        assertThat(failures.get(0).reason()).isEqualTo("rolled_back");
        assertThat(failures.get(0).retryAt()).isAfterOrEqualTo(start);
        assertThat(Files.readSymbolicLink(directory().resolve("current"))).isEqualTo(current);
        assertThat(broker.ended).isEmpty();
        assertThat(renewals).isEmpty();
        Await.result(Await.on(context, () -> Future.succeededFuture(publish(agent, "t", "still"))));

        broker.refusingProbes = false;
        clock.advance(Duration.ofHours(20));
        Await.on(context, () -> {
            agent.look();
            return Future.succeededFuture();
        });
        Await.until(vertx, "renewed at last", () -> renewals.size() == 1);
        stop(agent);
    }

    @Test
    void does_not_use_a_certificate_for_another_name() {
        var agent = connected(null);
        orders.nameInstead = "dev-0002.devices.lumia.internal";

        renew(agent);

        Await.until(vertx, "the failure is told", () -> !failures.isEmpty());
        assertThat(failures.get(0).reason()).isEqualTo("invalid_certificate");
        assertThat(failures.get(0).detail()).contains("dev-0001.devices.lumia.internal");
        assertThat(broker.connects).hasSize(1);
        assertThat(agent.state()).isEqualTo(CONNECTED);
        stop(agent);
    }

    @Test
    void reconnects_after_a_loss_and_sends_what_waited() {
        var agent = connected(null);
        broker.acknowledging = false;
        var waiting = Await.on(context, () -> Future.succeededFuture(publish(agent, "t", "a")));
        Await.until(vertx, "sent", () -> broker.received.contains("a"));
        broker.acknowledging = true;

        broker.cut("dev-0001");

        Await.result(waiting);
        assertThat(broker.connects).hasSize(2);
        assertThat(broker.received).containsExactly("a", "a");
        stop(agent);
    }

    @Test
    void subscribes_again_only_when_the_broker_lost_the_session() {
        var agent = new Agent(NAME, address(), environment(null, null), heard);
        Await.on(context, () -> agent.subscribe(Map.of("devices/dev-0001/commands", 1)));
        Await.on(context, agent::start);
        Await.result(agent.connected());
        broker.cut("dev-0001");
        Await.until(vertx, "reconnected", () -> broker.connects.size() == 2 && agent.state() == CONNECTED);
        assertThat(broker.subscribed).hasSize(1);

        broker.forgetSession("dev-0001");
        broker.cut("dev-0001");

        Await.until(vertx, "subscribed again", () -> broker.subscribed.size() == 2);
        Await.until(vertx, "reconnected", () -> agent.state() == CONNECTED);
        broker.send("dev-0001", "devices/dev-0001/commands", "ping");
        Await.until(vertx, "heard", () -> heard.messages.contains("devices/dev-0001/commands ping"));
        assertThat(broker.subscribed).hasSize(2);
        stop(agent);
    }

    @Test
    void waits_for_an_operator_when_the_broker_refuses_it() {
        broker.refusing = true;
        var agent = started(null);
        Await.until(vertx, "certified", () -> agent.state() == AgentState.CERTIFIED);
        broker.refusing = false;

        Await.result(agent.connected());

        assertThat(orders.placed).hasSize(1);
        stop(agent);
    }

    @Test
    void a_broker_that_ends_the_old_connection_of_a_swap_without_a_word_has_dropped_nobody() {
        var agent = connected(null);
        Await.on(context, () -> Future.succeededFuture(agent.renewNow()));
        Await.until(vertx, "renewed", () -> renewals.size() == 1);
        assertThat(heard.endings).isEmpty();

        broker.cut("dev-0001");
        Await.until(vertx, "told", () -> heard.endings.size() == 1);
        assertThat(heard.endings.get(0).isDrop()).isTrue();
        stop(agent);
    }

    @Test
    void leaves_with_a_goodbye_and_comes_back_after_the_pause() {
        var agent = connected(null);
        Await.on(context, () -> {
            agent.leave(Duration.ofMillis(1));
            return Future.succeededFuture();
        });
        Await.until(vertx, "gone", () -> broker.ended.contains("dev-0001"));
        Await.until(
                vertx,
                "back",
                () -> heard.states.stream().filter(CONNECTED::equals).count() == 2);
        assertThat(heard.endings).isEmpty();
        stop(agent);
    }

    @Test
    void says_goodbye_when_it_stops() {
        var agent = connected(null);
        stop(agent);
        Await.until(vertx, "ended", () -> broker.ended.contains("dev-0001"));
        assertThat(agent.state()).isEqualTo(AgentState.STOPPED);
    }

    @Test
    void takes_the_roots_that_its_ca_hands_out_without_ending_its_connection() throws Exception {
        var agent = connected(null);
        Await.until(vertx, "the first bundle is confirmed", () -> roots.confirmed.size() == 1);
        var next = new FleetCa(clock);
        roots.bundle = List.of(ca.root(), next.root());

        assertThat(told(agent, Fingerprint.ofBundle(roots.bundle))).isFalse();

        Await.until(vertx, "confirmed", () -> roots.confirmed.contains(Fingerprint.ofBundle(roots.bundle)));
        assertThat(Pem.certificates(Files.readString(directory().resolve("root.pem"))))
                .containsExactly(ca.root(), next.root());
        Await.until(vertx, "in use", () -> told(agent, Fingerprint.ofBundle(roots.bundle)));
        assertThat(broker.ended).isEmpty();
        assertThat(heard.endings).isEmpty();
        renew(agent);
        Await.until(vertx, "renewed", () -> renewals.size() == 1);
        assertThat(orders.placed.get(1).trust().roots()).contains(next.root());
        stop(agent);
    }

    @Test
    void lets_go_of_a_root_only_on_the_word_of_a_ca_that_goes_by_those_that_stay() {
        var next = new FleetCa(clock);
        roots.bundle = List.of(ca.root(), next.root());
        var agent = connected(null);
        var both = Fingerprint.ofBundle(roots.bundle);
        Await.until(vertx, "both are trusted", () -> roots.confirmed.contains(both));
        roots.bundle = List.of(next.root());

        told(agent, Fingerprint.ofBundle(roots.bundle));
        var looks = roots.looks;
        Await.until(vertx, "asked twice", () -> roots.looks >= looks + 2);
        assertThat(Await.on(context, () -> Future.succeededFuture(agent.roots())))
                .contains(both);

        roots.showing(next);
        Await.until(vertx, "asked again", () -> roots.looks >= looks + 4);
        assertThat(Await.on(context, () -> Future.succeededFuture(agent.roots())))
                .as("the broker still goes by the old root")
                .contains(both);
        stop(agent);
    }

    @Test
    void keeps_its_roots_when_those_handed_out_are_no_good() {
        var agent = connected(null);
        Await.until(vertx, "the first bundle is confirmed", () -> roots.confirmed.size() == 1);
        var first = Await.on(context, () -> Future.succeededFuture(agent.roots()));
        var stranger = new FleetCa(clock);
        for (var bad : List.of(List.of(stranger.root()), List.of(ca.root(), leaf(stranger)))) {
            roots.bundle = bad;
            var looks = roots.looks;
            told(agent, Fingerprint.ofBundle(bad));
            Await.until(vertx, "asked twice", () -> roots.looks >= looks + 2);
            assertThat(Await.on(context, () -> Future.succeededFuture(agent.roots())))
                    .isEqualTo(first);
        }
        assertThat(roots.confirmed).hasSize(1);
        stop(agent);
    }

    @Test
    void a_pinned_root_counts_for_what_its_ca_handed_out_later() throws Exception {
        var pinned = Fingerprint.of(ca.root());
        var next = new FleetCa(clock);
        roots.bundle = List.of(next.root(), ca.root());
        var agent = connected(pinned);
        Await.until(vertx, "confirmed", () -> roots.confirmed.contains(Fingerprint.ofBundle(roots.bundle)));
        stop(agent);
        Files.writeString(directory().resolve("root.pem"), Pem.of(List.of(next.root(), ca.root())));
        provisioner.refuseWith = 503;

        stop(connected(pinned));
        assertThat(roots.confirmed).as("a restart needs no second confirmation").hasSize(1);
    }

    private static X509Certificate leaf(FleetCa of) {
        return of.issue("leaf", List.of("leaf.test"), Duration.ofDays(1)).leaf();
    }

    private boolean told(Agent agent, Fingerprint bundle) {
        return Await.on(context, () -> Future.succeededFuture(agent.hearOfRoots(bundle)));
    }

    private Future<Integer> port() {
        var second = new SmallBroker(vertx, ca);
        return second.listen(0);
    }

    private List<Future<Void>> stream(Agent agent, int messages, Runnable halfway) {
        return Await.on(context, () -> {
            var sent = new ArrayList<Future<Void>>();
            for (int i = 0; i < messages; i++) {
                if (i == messages / 2) {
                    halfway.run();
                }
                sent.add(publish(agent, "devices/dev-0001/telemetry", "m" + i));
            }
            return Future.succeededFuture(sent);
        });
    }

    private static Future<Void> publish(Agent agent, String topic, String payload) {
        return agent.publish(Message.of(topic, Buffer.buffer(payload), 1));
    }

    private void renew(Agent agent) {
        Await.on(context, () -> Future.succeededFuture(agent.renewNow()));
    }

    private Agent connected(Fingerprint pinned) {
        var agent = started(pinned);
        Await.result(agent.connected());
        return agent;
    }

    private Agent started(Fingerprint pinned) {
        return begun(environment(pinned, null));
    }

    private Agent begun(AgentEnvironment environment) {
        var agent = new Agent(NAME, address(), environment, heard);
        Await.on(context, agent::start);
        return agent;
    }

    private void stop(Agent agent) {
        Await.on(context, agent::stop);
    }

    private AgentEnvironment environment(Fingerprint pinned, Contact known) {
        var workers = vertx.createSharedWorkerExecutor("lumia-agent", 2);
        var service = URI.create("http://127.0.0.1:" + provisioningPort);
        var tls = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
        return new AgentEnvironment(
                vertx,
                CONFIG,
                new RenewalPolicy(0.333, null, 0.1),
                DOMAIN,
                data,
                pinned,
                known,
                clock,
                workers,
                new HttpEnrolment(vertx, service, DOMAIN, CONFIG.stepTimeout(), workers, clock),
                orders,
                new MqttConnector(vertx, tls, CONFIG.keepAlive(), CONFIG.stepTimeout()),
                roots);
    }

    private Path directory() {
        return data.resolve("identities/dev-0001");
    }

    private long generations() {
        try (var all = Files.list(directory().resolve("generations"))) {
            return all.count();
        } catch (IOException gone) {
            return -1;
        }
    }

    private static InetAddress address() {
        return AddressRange.address("127.0.0.7");
    }
}
