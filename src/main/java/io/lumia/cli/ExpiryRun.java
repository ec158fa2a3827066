package io.lumia.cli;

import static io.lumia.bus.FleetBus.LIST_CERTIFICATES;
import static io.lumia.cli.DemoFleet.await;
import static io.lumia.cli.DemoFleet.received;

import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.config.Durations;
import io.lumia.config.LumiaConfig;
import io.lumia.tls.IdentityFiles;
import io.lumia.tls.IdentityFiles.Generation;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The demonstration of an outage that outlasts every certificate. Runs on the command's thread, which may wait. */
final class ExpiryRun {
    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final List<String> LISTENERS = List.of("broker", "authority");
    private static final long INTERVALS = 5;
    private static final int PAGE = 1000;

    private final LumiaConfig first;
    private final LumiaConfig again;
    private final Clock clock;
    private final DemoStory story;
    private final List<String> identities;

    /** @param again the configuration of the second start: the same, with provisioning off */
    ExpiryRun(LumiaConfig first, LumiaConfig again, Clock clock, DemoStory story) {
        this.first = first;
        this.again = again;
        this.clock = clock;
        this.story = story;
        this.identities = DemoFleet.identities(first);
    }

    /** Whether every check held. @throws CannotStart when the system does not start */
    boolean play() throws InterruptedException, IOException {
        story.tell(
                "%s, with %d devices",
                Demonstration.EXPIRY.title(), first.swarm().devices());
        live();
        var keys = identityKeys();
        var old = certificates();
        outlast(old);
        recover(old, keys);
        return story.end();
    }

    private void live() throws InterruptedException {
        story.step(
                "Start from an empty data directory, %s; certificates live %s",
                first.data(), Durations.text(first.lifetimes().of(Profile.DEVICE)));
        var fleet = new DemoFleet(first, clock);
        try {
            fleet.start(story);
            story.step("The application and every device enrol, obtain a certificate and connect");
            boolean all = fleet.allConnect();
            story.check(
                    all,
                    "%d of %d identities are connected by mTLS",
                    fleet.seen().connected(),
                    identities.size());
            checkEnrolments(fleet);
            checkMessages(fleet);
        } finally {
            story.step("Everything is stopped");
            fleet.stop();
        }
    }

    /** Waits until all of them are over. */
    private void outlast(Map<String, Generation> certificates) throws InterruptedException {
        var last = certificates.values().stream()
                .map(Generation::notAfter)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        story.tell(
                "the last of %d certificates is over in %s", certificates.size(), Durations.text(secondsUntil(last)));
        while (!clock.instant().isAfter(last)) {
            var left = Duration.between(clock.instant(), last).plusMillis(1);
            TimeUnit.MILLISECONDS.sleep((left.compareTo(PROGRESS) < 0 ? left : PROGRESS).toMillis());
            story.tell(
                    "%d of %d are over, the last one in %s",
                    over(certificates), certificates.size(), Durations.text(secondsUntil(last)));
        }
        story.check(
                over(certificates) == identities.size() + LISTENERS.size(),
                "expired: the certificates of all %d devices, of the application, of the broker and of the CA's listener",
                first.swarm().devices());
    }

    private void recover(Map<String, Generation> old, Map<String, PublicKey> keys)
            throws InterruptedException, IOException {
        story.step("Everything is started again, with provisioning off");
        var begun = clock.instant();
        var fleet = new DemoFleet(again, clock);
        try {
            fleet.start(story);
            story.step("Every identity orders with its identity key, and connects");
            boolean all = fleet.allConnect();
            story.check(
                    all,
                    "%d of %d identities are connected by mTLS, %s after the start",
                    fleet.seen().connected(),
                    identities.size(),
                    Durations.text(Duration.ofMillis(begun.until(clock.instant(), ChronoUnit.MILLIS))));
            checkCertificates(fleet, old);
            checkMessages(fleet);
            story.step("Nobody enrolled again");
            story.check(identityKeys().equals(keys), "every identity has the identity key that it had");
            story.check(
                    fleet.seen().provisioningAnswers() == 0,
                    "provisioning was asked %d times",
                    fleet.seen().provisioningAnswers());
            checkEnrolments(fleet);
            story.check(fleet.enrolStranger() == 503, "provisioning is off: it answers a newcomer 503");
        } finally {
            fleet.stop();
        }
    }

    private void checkCertificates(DemoFleet fleet, Map<String, Generation> old) {
        var now = clock.instant();
        var fresh = certificates();
        var before = old.values().stream().map(Generation::serial).toList();
        long connected = fleet.seen().serials().values().stream()
                .filter(serial -> !before.contains(serial))
                .count();
        story.check(connected == identities.size(), "%d of them with a new certificate", connected);
        for (String listener : LISTENERS) {
            var served = fresh.get(listener);
            story.check(
                    served != null && served.notAfter().isAfter(now),
                    "the %s serves a new certificate",
                    listener.equals("authority") ? "CA's listener" : listener);
        }
    }

    /** One first certificate for each identity, over both starts; those with which listeners prove their renewals belong to nobody. */
    private void checkEnrolments(DemoFleet fleet) {
        var enrolled = enrolments(fleet);
        story.check(
                enrolled.size() == identities.size() && Set.copyOf(enrolled).equals(Set.copyOf(identities)),
                "%d enrolments of %d identities since the beginning",
                enrolled.size(),
                identities.size());
    }

    private static List<String> enrolments(DemoFleet fleet) {
        var enrolled = new ArrayList<String>();
        long total = PAGE;
        for (int page = 0; page * (long) PAGE < total; page++) {
            var listed = await(LIST_CERTIFICATES.ask(fleet.vertx(), new ListCertificates("", null, page, PAGE)));
            total = listed.total();
            listed.certificates().stream()
                    .filter(record -> record.profile() == Profile.BOOTSTRAP && record.device() != null)
                    .forEach(record -> enrolled.add(record.identity()));
        }
        return enrolled;
    }

    private void checkMessages(DemoFleet fleet) throws InterruptedException {
        var before = fleet.delivery();
        boolean flowing =
                fleet.receives(received(before) + INTERVALS * first.swarm().devices(), INTERVALS);
        var after = fleet.delivery();
        story.check(
                flowing && after.lost() == 0,
                "messages flow: the application received %d, %d were lost",
                received(after) - received(before),
                after.lost());
    }

    private Map<String, Generation> certificates() {
        var all = new ArrayList<>(identities);
        all.addAll(LISTENERS);
        var certificates = new HashMap<String, Generation>();
        for (String name : all) {
            new IdentityFiles(first.data(), name).current().ifPresent(current -> certificates.put(name, current));
        }
        return certificates;
    }

    private Map<String, PublicKey> identityKeys() throws IOException {
        var keys = new HashMap<String, PublicKey>();
        for (String name : identities) {
            keys.put(name, new IdentityFiles(first.data(), name).identityKey().getPublic());
        }
        return keys;
    }

    private long over(Map<String, Generation> certificates) {
        var now = clock.instant();
        return certificates.values().stream()
                .filter(certificate -> certificate.notAfter().isBefore(now))
                .count();
    }

    private Duration secondsUntil(Instant moment) {
        var left = Duration.between(clock.instant(), moment);
        return left.isNegative()
                ? Duration.ZERO
                : Duration.ofSeconds(left.plusMillis(999).toSeconds());
    }
}
