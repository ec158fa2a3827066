package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.broker.TestBroker;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.FreePort;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One ACL file, Mosquitto and our broker: whoever may read or write a topic at the one may at the other. */
class MosquittoAclIT {
    private static final String RULES = """
            # before any user: for clients without a name
            topic readwrite anonymous/#

            user boss
            topic readwrite #
            topic read $SYS/#

            user dev-1
            topic read plant/#
            topic deny plant/secret
            topic write plant/report
            topic both/ways
            topic read with space/x
            topic read people/dev-1/closed
            topic read $SYS/broker/version

            user dev-2
            topic deny up/dev-2
            topic read plant/+/state

            pattern readwrite people/%u/#
            pattern deny people/%u/closed
            pattern write up/%u
            pattern read down/%c
            pattern read done
            """;
    private static final List<String> TOPICS = List.of(
            "anonymous/x",
            "plant",
            "plant/a",
            "plant/a/state",
            "plant/secret",
            "plant/report",
            "both/ways",
            "with space/x",
            "people/dev-1/open",
            "people/dev-1/closed",
            "people/dev-2/open",
            "people/dev-2/closed",
            "up/dev-1",
            "up/dev-2",
            "down/c-dev-1",
            "down/c-dev-2",
            "elsewhere");
    private static final String DONE = "done";

    @TempDir
    Path directory;

    private TestBroker ours;
    private Process theirs;
    private int theirPort;

    /** Where to and what the server's certificate is checked with. */
    private record Place(String name, int port, Path root) {}

    @BeforeEach
    void start() throws Exception {
        ExternalProgram.find("mosquitto_sub", Map.of(), directory);
        ExternalProgram.find("mosquitto", Map.of(), directory);
        var acl = Files.writeString(directory.resolve("acl"), RULES);
        var config = TestBroker.publishingSys(TestBroker.config(TestBroker.Access.DEFAULT.ruledBy(acl)));
        ours = new TestBroker(directory.resolve("data"), Clock.systemUTC(), config);
        Files.writeString(directory.resolve("our-root.pem"), Pem.of(ours.authority.root()));
        for (String name : List.of("boss", "dev-1", "dev-2")) {
            var material = ours.authority.device(name);
            Files.writeString(directory.resolve(name + ".pem"), Pem.of(material.chain()));
            Files.writeString(directory.resolve(name + ".key"), Pem.of(material.key()));
        }
        theirs = mosquitto(acl);
    }

    @AfterEach
    void stop() throws Exception {
        if (theirs != null) {
            theirs.destroyForcibly();
            theirs.waitFor(30, TimeUnit.SECONDS);
        }
        if (ours != null) {
            ours.close();
        }
    }

    @Test
    void the_same_file_allows_and_denies_the_same() throws Exception {
        var here = table(new Place("lumia", ours.port(), directory.resolve("our-root.pem")));
        var there = table(new Place("mosquitto", theirPort, directory.resolve("their-root.pem")));
        assertThat(here).isEqualTo(there);
        assertThat(there)
                .as("the table says something")
                .contains(
                        "dev-1 reads plant/a",
                        "dev-1 reads plant/a by #",
                        "dev-1 reads people/dev-1/closed",
                        "dev-1 reads $SYS/broker/version",
                        "dev-1 writes up/dev-1",
                        "dev-2 reads plant/a/state by #")
                .doesNotContain(
                        "dev-1 reads plant/secret",
                        "dev-1 reads plant/secret by #",
                        "dev-2 reads people/dev-2/closed",
                        "dev-2 reads $SYS/broker/version",
                        "dev-2 writes up/dev-2");
    }

    /** By retained messages: what is there was allowed to be written, and what comes may be read. */
    private Set<String> table(Place place) throws Exception {
        var found = new TreeSet<String>();
        publish(place, "boss", DONE, "end");
        for (String name : List.of("dev-1", "dev-2")) {
            for (String topic : TOPICS) {
                publish(place, name, topic, name);
            }
            heard(place, "boss", List.of("#")).stream()
                    .filter(line -> line.endsWith(" " + name))
                    .forEach(line -> found.add(name + " writes " + line.substring(0, line.lastIndexOf(' '))));
        }
        for (String topic : TOPICS) {
            publish(place, "boss", topic, "boss");
        }
        var asked = new ArrayList<>(TOPICS);
        asked.add("$SYS/broker/version");
        for (String name : List.of("dev-1", "dev-2")) {
            heard(place, name, asked).forEach(line -> found.add(name + " reads " + topic(line)));
            heard(place, name, List.of("#")).forEach(line -> found.add(name + " reads " + topic(line) + " by #"));
        }
        return found;
    }

    private static String topic(String line) {
        return line.startsWith("$SYS") ? line.split(" ", 2)[0] : line.substring(0, line.lastIndexOf(' '));
    }

    private void publish(Place place, String name, String topic, String payload) throws Exception {
        say(place, name, topic, payload, "-r");
    }

    private void say(Place place, String name, String topic, String payload, String... more) throws Exception {
        var command = command("mosquitto_pub", place, name, name + "-pub");
        command.addAll(List.of("-q", "1", "-t", topic, "-m", payload));
        command.addAll(List.of(more));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    /** Everything up to the message that all may read and that is asked for last. */
    private List<String> heard(Place place, String name, List<String> filters) throws Exception {
        var command = command("mosquitto_sub", place, name, "c-" + name);
        command.addAll(List.of("-q", "1", "-v", "-W", "60"));
        for (String filter : filters) {
            command.addAll(List.of("-t", filter));
        }
        var lines = new ArrayList<String>();
        boolean everything = filters.equals(List.of("#"));
        if (!everything) {
            command.addAll(List.of("-t", DONE));
        }
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = process.inputReader()) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                if (line.equals(DONE + " over")) {
                    break;
                } else if (line.equals(DONE + " end")) {
                    if (!everything) {
                        break;
                    }
                    say(place, "boss", DONE, "over"); // it comes behind all that is retained
                } else {
                    lines.add(line);
                }
            }
        } finally {
            process.destroyForcibly();
        }
        return lines;
    }

    private List<String> command(String program, Place place, String name, String clientId) {
        return new ArrayList<>(List.of(
                program,
                "-h",
                "127.0.0.1",
                "-p",
                "" + place.port,
                "-i",
                clientId,
                "--cafile",
                place.root.toString(),
                "--cert",
                directory.resolve(name + ".pem").toString(),
                "--key",
                directory.resolve(name + ".key").toString()));
    }

    private Process mosquitto(Path acl) throws Exception {
        var ca = new FleetCa(Clock.systemUTC());
        var server = ca.issue("localhost", List.of("localhost", "127.0.0.1"), Duration.ofHours(1));
        Files.writeString(directory.resolve("their-root.pem"), Pem.of(ca.root()));
        Files.writeString(directory.resolve("server.pem"), Pem.of(server.chain()));
        Files.writeString(directory.resolve("server.key"), Pem.of(server.key()));
        theirPort = FreePort.anywhere();
        var settings = List.of(
                "user root",
                "listener " + theirPort + " 127.0.0.1",
                "cafile " + directory.resolve("our-root.pem"),
                "certfile " + directory.resolve("server.pem"),
                "keyfile " + directory.resolve("server.key"),
                "require_certificate true",
                "use_identity_as_username true",
                "allow_anonymous false",
                "acl_file " + acl);
        var file = Files.writeString(directory.resolve("mosquitto.conf"), String.join("\n", settings) + "\n");
        var log = directory.resolve("mosquitto.log");
        var program = ExternalProgram.find("mosquitto", Map.of(), directory).file();
        var process = new ProcessBuilder(program.toString(), "-c", file.toString(), "-v")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isListening()) {
            assertThat(process.waitFor(50, TimeUnit.MILLISECONDS))
                    .as(Files.readString(log))
                    .isFalse();
            assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(end);
        }
        return process;
    }

    private boolean isListening() {
        try (var probe = new Socket()) {
            probe.connect(new InetSocketAddress("127.0.0.1", theirPort), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
