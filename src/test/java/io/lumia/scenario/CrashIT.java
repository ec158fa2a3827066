package io.lumia.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} at any moment and a start again: nothing issued is lost, every device comes back without a new enrolment. */
class CrashIT {
    private static final int IDENTITIES = 26;
    private static final Pattern ISSUED = Pattern.compile("certificate issued .*serial=([0-9a-f]+)");

    @TempDir
    Path directory;

    private LumiaProcess.Setup setup;

    /** What was known when the process was killed. @param enrolled identities that had finished their enrolment */
    private record Remains(Set<String> serials, Set<String> enrolled, Instant at) {}

    @Test
    void loses_nothing_whenever_it_is_killed() throws Exception {
        setup = LumiaProcess.fleet(3, data());
        var remains = killed(run -> run.await("a new CA", () -> logged(run, "made a new CA") > 0));
        remains =
                killedAfter(remains, run -> run.await("some enrolled", () -> logged(run, "certificate obtained") >= 3));
        assertThat(remains.enrolled()).hasSizeBetween(3, IDENTITIES);
        remains = killedAfter(remains, run -> run.awaitReady().awaitConnections(IDENTITIES));
        assertThat(remains.enrolled()).hasSize(IDENTITIES);
        endsWell(remains);
    }

    @Test
    void loses_nothing_when_killed_while_certificates_are_renewed() throws Exception {
        setup = shortLived(LumiaProcess.fleet(4, data()));
        var remains = killed(run -> {
            run.awaitReady().awaitConnections(IDENTITIES);
            run.await("renewals going on", () -> logged(run, "certificate renewed") >= 3);
        });
        assertThat(remains.enrolled()).hasSize(IDENTITIES);
        endsWell(remains);
    }

    /** The long form: {@code scripts/soak}. */
    @Test
    @Tag("soak")
    void loses_nothing_however_often_it_is_killed() throws Exception {
        long seed = Long.getLong("lumia.soak.seed", Clock.systemUTC().millis());
        System.out.println("soak: seed " + seed);
        var random = new Random(seed);
        setup = shortLived(LumiaProcess.fleet(9, data()));
        var remains = new Remains(Set.of(), Set.of(), Instant.MIN);
        for (int kill = 1; kill <= Integer.getInteger("lumia.soak.kills", 20); kill++) {
            var moment = Duration.ofMillis(500 + random.nextInt(15_000));
            remains = killedAfter(remains, run -> run.letRun(moment));
            System.out.printf(
                    "soak: kill %d after %d ms, %d certificates, %d identities enrolled%n",
                    kill,
                    moment.toMillis(),
                    remains.serials().size(),
                    remains.enrolled().size());
        }
        endsWell(remains);
    }

    private interface Moment {
        void reach(LumiaProcess run) throws Exception;
    }

    private Remains killed(Moment moment) throws Exception {
        return killedAfter(new Remains(Set.of(), Set.of(), Instant.MIN), moment);
    }

    /** Runs on what the last kill left, and kills at the moment. */
    private Remains killedAfter(Remains before, Moment moment) throws Exception {
        try (var run = setup.start()) {
            moment.reach(run);
            run.kill();
            enrolledOnce(before, run);
            var serials = new HashSet<>(before.serials());
            serials.addAll(issued(run));
            serials.addAll(serialsOnDisk("generations/*/certificate.pem"));
            return new Remains(serials, enrolled(), Clock.systemUTC().instant());
        }
    }

    /** The last start: everybody is back, and everything that was ever seen is in the store. */
    private void endsWell(Remains before) throws Exception {
        try (var run = setup.start()) {
            run.awaitReady().awaitConnections(IDENTITIES);
            if (before.enrolled().size() == IDENTITIES) {
                assertThat(run.metric("lumia_provisioning_requests_total"))
                        .as("applications for a first certificate")
                        .isZero();
            }
            var certificates = run.certificates();
            var known = certificates.stream()
                    .map(certificate -> certificate.path("serial").asText())
                    .toList();
            assertThat(known).doesNotHaveDuplicates().containsAll(before.serials());
            assertThat(certificates)
                    .as("first certificates since the kill for identities that had one")
                    .filteredOn(
                            certificate -> certificate.path("profile").asText().equals("bootstrap")
                                    && Instant.parse(
                                                    certificate.path("issuedAt").asText())
                                            .isAfter(before.at()))
                    .noneMatch(certificate -> before.enrolled()
                            .contains(certificate.path("identity").asText()));
            // certificates of seconds: one may end while its successor is fetched
            run.await("everybody uses an active certificate", () -> everybodyIsActive(run));
            assertThat(run.stop()).isEqualTo(LumiaProcess.STOPPED_BY_SIGTERM);
            enrolledOnce(before, run);
        }
    }

    private boolean everybodyIsActive(LumiaProcess run) throws Exception {
        for (var serial : serialsOnDisk("current/certificate.pem")) {
            var answer = run.api("/certificates/" + serial);
            assertThat(answer.statusCode()).as(serial).isEqualTo(200);
            if (!answer.body().contains("\"status\":\"active\"")) {
                return false;
            }
        }
        return true;
    }

    /** Nobody who had finished enrolment enrolled in this run. */
    private static void enrolledOnce(Remains before, LumiaProcess run) {
        assertThat(run.errLines())
                .filteredOn(line -> line.contains("name claimed at the provisioning service"))
                .noneMatch(
                        line -> before.enrolled().stream().anyMatch(name -> line.contains("identity=" + name + " ")));
    }

    private static Set<String> issued(LumiaProcess run) {
        return run.errLines().stream()
                .map(ISSUED::matcher)
                .filter(matcher -> matcher.find())
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toSet());
    }

    /** Identities that hold all that provisioning gave them. */
    private Set<String> enrolled() throws IOException {
        return identityFiles("contact.json").stream()
                .map(file -> file.getParent().getFileName().toString())
                .collect(Collectors.toSet());
    }

    private Set<String> serialsOnDisk(String pattern) throws IOException {
        var serials = new HashSet<String>();
        for (Path file : identityFiles(pattern)) {
            serials.add(SerialNumber.of(Pem.certificates(Files.readString(file)).get(0))
                    .toString());
        }
        return serials;
    }

    private List<Path> identityFiles(String pattern) throws IOException {
        var identities = data().resolve("identities");
        if (!Files.isDirectory(identities)) {
            return List.of();
        }
        var matches = identities.getFileSystem().getPathMatcher("glob:" + identities + "/*/" + pattern);
        try (var all = Files.walk(identities, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(matches::matches).toList();
        }
    }

    private static long logged(LumiaProcess run, String part) {
        return run.errLines().stream().filter(line -> line.contains(part)).count();
    }

    private static LumiaProcess.Setup shortLived(LumiaProcess.Setup setup) {
        return setup.argument("--profile", "demo")
                .with("lifetimes.device", "20s")
                .with("lifetimes.server", "20s")
                .with("agent.overlap", "2s");
    }

    private Path data() {
        return directory.resolve("data");
    }
}
