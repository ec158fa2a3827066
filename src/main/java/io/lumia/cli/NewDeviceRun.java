package io.lumia.cli;

import static io.lumia.bus.FleetBus.BROKER_STATISTICS;
import static io.lumia.cli.DemoFleet.await;
import static io.lumia.cli.DemoFleet.received;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.bus.FleetBus.BrokerStatistics;
import io.lumia.bus.FleetBus.DeliveryStatistics;
import io.lumia.bus.FleetBus.ReadBrokerStatistics;
import io.lumia.config.LumiaConfig;
import io.lumia.swarm.SwarmCounts;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The demonstration of a device that is added to a running system. Runs on the command's thread, which may wait. */
final class NewDeviceRun {
    private static final String DEVICE = Newcomer.NAME;
    /** NFR-PERF-001. */
    private static final Duration LONGEST_ENROLMENT = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long TELEMETRY = 5;

    private final LumiaConfig config;
    private final Clock clock;
    private final DemoStory story;
    private final DemoFleet fleet;
    private final Newcomer newcomer;

    NewDeviceRun(DemoSettings settings, Clock clock, DemoStory story) {
        this.config = settings.config();
        this.clock = clock;
        this.story = story;
        this.fleet = new DemoFleet(config, clock);
        this.newcomer = new Newcomer(settings, clock);
    }

    /** Whether every check held. @throws CannotStart when the system does not start */
    boolean play() throws InterruptedException, IOException, CommandFailed {
        story.tell(
                "%s, with %d devices",
                Demonstration.NEW_DEVICE.title(), config.swarm().devices());
        try {
            run();
            var delivery = fleet.delivery();
            var ended = disconnects();
            letIn();
            join();
            talk();
            comeBack();
            checkOthers(delivery, ended);
        } finally {
            newcomer.switchOff();
            fleet.stop();
        }
        return story.end();
    }

    private void run() throws InterruptedException, IOException, CommandFailed {
        story.step("A system is running, with provisioning off");
        fleet.start(story);
        boolean all = fleet.allConnect();
        story.check(
                all, "%d of %d identities are connected by mTLS", fleet.seen().connected(), identities());
        switchOff();
    }

    private void letIn() throws InterruptedException, IOException, CommandFailed {
        story.step("The operator lets one device in: its address on the whitelist, provisioning on for two minutes");
        var unused = fleet.operator()
                .send(
                        "POST",
                        "/provisioning/whitelist",
                        AdminClient.JSON.valueToTree(Map.of("add", List.of(newcomer.address()))));
        var state = fleet.operator()
                .send(
                        "PATCH",
                        "/provisioning",
                        AdminClient.JSON.valueToTree(Map.of("enabled", true, "offAfter", "2m")));
        story.check(
                state.path("enabled").asBoolean() && whitelist(state).equals(newcomer.address()),
                "provisioning is on for %s and nobody else, until %s",
                whitelist(state),
                state.path("offAt").asText());
        if (newcomer.sharesItsAddress()) {
            story.tell("all devices of this system share 127.0.0.1, so no stranger has another address");
        } else {
            story.step("A stranger at another address asks for a certificate");
            story.check(fleet.enrolStranger() == 403, "127.0.0.1 is refused with 403");
        }
    }

    private void join() throws InterruptedException, IOException, CommandFailed {
        story.step(
                "%s is switched on at %s; it knows the provisioning address and the root's fingerprint",
                DEVICE, newcomer.address());
        var begun = clock.instant();
        newcomer.switchOn(fleet.addresses());
        story.check(connects(), "it enrolled, ordered a certificate by ACME and is connected by mTLS");
        var took = Duration.between(begun, clock.instant());
        story.check(
                took.compareTo(LONGEST_ENROLMENT) <= 0,
                "%.1f s after it was switched on, %d s are allowed",
                took.toMillis() / 1000.0,
                LONGEST_ENROLMENT.toSeconds());
        var listed = fleet.operator().get("/devices?query=" + DEVICE).path("devices");
        story.check(
                listed.size() == 1 && listed.path(0).path("address").asText().equals(newcomer.address()),
                "the list of devices has it, at %s",
                listed.path(0).path("address").asText());
        checkCertificates();
    }

    private void talk() throws InterruptedException, IOException, CommandFailed {
        story.step("It talks with the application");
        var device = newcomer.device();
        Predicate<SwarmCounts> talked = so -> so.received() >= TELEMETRY && so.answered() >= 1;
        boolean both = fleet.seen().await(PATIENCE, so -> talked.test(device.counts()));
        var counts = device.counts();
        story.check(
                both,
                "%d telemetry messages of its own arrived, and it answered %d commands of the application",
                counts.received(),
                counts.answered());
        story.check(counts.lost() == 0, "%d messages lost", counts.lost());
        switchOff();
        story.check(fleet.seen().serials().containsKey(DEVICE), "%s is connected as before", DEVICE);
    }

    /** What it has on its disk is enough from now on. */
    private void comeBack() throws InterruptedException, IOException, CommandFailed {
        story.step("%s is switched off, and on again", DEVICE);
        newcomer.switchOff();
        boolean left = fleet.seen().await(PATIENCE, so -> !so.serials().containsKey(DEVICE));
        story.check(left, "it is gone");
        newcomer.switchOn(fleet.addresses());
        story.check(connects(), "it is back, with provisioning off");
        checkCertificates();
    }

    private void checkOthers(DeliveryStatistics before, Map<String, Long> endedBefore) {
        story.step("Nobody else noticed");
        var after = fleet.delivery();
        story.check(fleet.seen().connected() >= identities(), "%d identities are connected as before", identities());
        long dropped = DemoRun.dropped(disconnects()) - DemoRun.dropped(endedBefore);
        story.check(dropped == 0, "%d connections dropped", dropped);
        story.check(
                received(after) > received(before) && after.lost() == before.lost(),
                "the application received %d messages, %d were lost",
                received(after) - received(before),
                after.lost() - before.lost());
    }

    private void switchOff() throws InterruptedException, IOException, CommandFailed {
        story.step("The operator turns provisioning off, which clears the whitelist");
        var state =
                fleet.operator().send("PATCH", "/provisioning", AdminClient.JSON.valueToTree(Map.of("enabled", false)));
        story.check(
                !state.path("enabled").asBoolean() && whitelist(state).isEmpty(),
                "provisioning is off, the whitelist is empty");
        story.check(fleet.enrolStranger() == 503, "everybody is answered 503");
    }

    private boolean connects() throws InterruptedException {
        return fleet.seen().await(PATIENCE, so -> so.serials().containsKey(DEVICE));
    }

    private void checkCertificates() throws IOException, CommandFailed {
        int bootstrap = 0;
        int certificates = 0;
        for (JsonNode one :
                fleet.operator().get("/certificates?size=1000&query=" + DEVICE).path("certificates")) {
            switch (one.path("profile").asText()) {
                case "bootstrap" -> bootstrap++;
                case "device" -> certificates++;
                default -> {}
            }
        }
        story.check(
                bootstrap == 1 && certificates >= 1,
                "the list of certificates has %d for its enrolment and %d for its connections",
                bootstrap,
                certificates);
    }

    private Map<String, Long> disconnects() {
        BrokerStatistics broker = await(BROKER_STATISTICS.ask(fleet.vertx(), new ReadBrokerStatistics()));
        return broker.disconnects();
    }

    private int identities() {
        return DemoFleet.identities(config).size();
    }

    private static String whitelist(JsonNode state) {
        var entries = state.path("whitelist");
        return entries.size() == 1 ? entries.path(0).asText() : entries.isEmpty() ? "" : entries.toString();
    }
}
