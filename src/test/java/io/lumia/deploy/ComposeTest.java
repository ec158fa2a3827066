package io.lumia.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lumia.Lumia;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LoadedConfig;
import io.lumia.deploy.ComposeFile.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Compose files and what they mount, without a container engine. */
class ComposeTest {
    private static final Path DIRECTORY = Path.of("compose");
    private static final Pattern PINNED = Pattern.compile("[a-z0-9./-]+:v?\\d+\\.\\d+[A-Za-z0-9._-]*");
    private static final Pattern FROM = Pattern.compile("(?m)^FROM\\s+(\\S+)");
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(PASSWORD|SECRET|TOKEN|KEY)$");

    static List<Path> files() throws IOException {
        try (var files = Files.list(DIRECTORY)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    static Stream<Object[]> services() throws IOException {
        var all = new ArrayList<Object[]>();
        for (Path path : files()) {
            var file = ComposeFile.read(path);
            file.services()
                    .forEach((name, service) -> all.add(new Object[] {path.getFileName() + " " + name, service}));
        }
        return all.stream();
    }

    static Stream<Object[]> ours() throws IOException {
        return services().filter(arguments -> ((Service) arguments[1]).ours());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("services")
    void every_service_is_locked_down_and_comes_back(String name, Service service) {
        assertThat(service.image()).matches(PINNED).doesNotContain("latest");
        assertThat(service.block()).containsEntry("read_only", true);
        assertThat(service.words("cap_drop")).containsExactly("ALL");
        assertThat(service.words("security_opt")).contains("no-new-privileges:true");
        assertThat(String.valueOf(service.block().get("user"))).matches("[1-9]\\d*:[1-9]\\d*");
        assertThat(service.block()).doesNotContainKeys("privileged", "pid", "ipc", "container_name");
        assertThat(service.block().get("restart")).isIn("unless-stopped", "no");
        assertThat(service.block("deploy").toString()).contains("memory=", "cpus=", "pids=");
        assertThat(service.block("logging").toString()).contains("max-size", "max-file");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("services")
    void secrets_come_as_files(String name, Service service) {
        service.environment()
                .forEach((variable, value) -> assertThat(variable)
                        .as("%s of %s holds a secret itself", variable, name)
                        .doesNotMatch(SECRET_NAME));
        assertThat(String.join(" ", service.words("command"))).doesNotContainPattern("(?i)password=|token=");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ours")
    void every_setting_exists_and_has_a_good_value(String name, Service service) {
        if (service.block().containsKey("entrypoint")) {
            assertThatCode(() -> load(service, List.of(), "standalone")).doesNotThrowAnyException();
            return;
        }
        var words = service.words("command");
        assertThat(Lumia.commandLine().parseArgs(words.toArray(String[]::new)).hasSubcommand())
                .isTrue();
        var config = load(
                        service,
                        options(words, "--config").map(ComposeTest::onThisHost).toList(),
                        options(words, "--profile").findFirst().orElse("standalone"))
                .config();
        assertThat(config.parts()).isNotEmpty();
        assertThat(config.data()).hasToString("./data");
    }

    @ParameterizedTest
    @MethodSource("files")
    void what_is_used_is_defined_and_what_is_defined_is_used(Path path) throws IOException {
        var file = ComposeFile.read(path);
        for (String kind : List.of("networks", "secrets")) {
            assertThat(used(file, kind)).as(kind).isEqualTo(file.defined(kind).keySet());
        }
        var mounts = file.services().values().stream()
                .flatMap(service -> service.mounts().stream())
                .map(mount -> mount[0])
                .collect(Collectors.toSet());
        assertThat(mounts.stream().filter(source -> !source.startsWith(".")).collect(Collectors.toSet()))
                .isEqualTo(file.defined("volumes").keySet());
        assertThat(mounts.stream().filter(source -> source.startsWith(".")).map(DIRECTORY::resolve))
                .allMatch(Files::exists);
    }

    @ParameterizedTest
    @MethodSource("files")
    void every_secret_is_a_file_that_setup_makes(Path path) throws IOException {
        var setup = Files.readString(DIRECTORY.resolve("setup"));
        for (Object secret : ComposeFile.read(path).defined("secrets").values()) {
            var source = String.valueOf(ComposeFile.map(secret).get("file"));
            assertThat(source).startsWith("./secrets/");
            var made = source.substring("./secrets/".length());
            assertThat(setup).containsPattern("\\b" + made.replaceAll("-token$", "") + "\\b");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void who_is_waited_for_can_tell_that_it_is_ready(Path path) throws IOException {
        var services = ComposeFile.read(path).services();
        for (Service service : services.values()) {
            service.block("depends_on").forEach((name, how) -> {
                var condition = String.valueOf(ComposeFile.map(how).get("condition"));
                var other = services.get(name);
                assertThat(other).as("%s depends on %s", service.name(), name).isNotNull();
                assertThat(condition).isIn("service_healthy", "service_completed_successfully");
                assertThat(other.block("healthcheck").containsKey("test"))
                        .isEqualTo(condition.equals("service_healthy"));
            });
        }
    }

    /** Alone of all, a service with a port of the host is on a network that leads outside. */
    @ParameterizedTest
    @MethodSource("files")
    void the_admin_network_leads_nowhere_and_devices_are_not_on_it(Path path) throws IOException {
        var file = ComposeFile.read(path);
        for (String internal : List.of("admin", "monitoring", "database", "cluster")) {
            if (file.defined("networks").containsKey(internal)) {
                assertThat(ComposeFile.map(file.defined("networks").get(internal)))
                        .containsEntry("internal", true);
            }
        }
        for (Service service : file.services().values()) {
            if (Set.of("app", "swarm").contains(service.name())) {
                assertThat(service.names("networks")).doesNotContain("admin", "gui", "database", "cluster");
            }
        }
    }

    @Test
    void the_image_is_built_from_pinned_ones_and_runs_without_rights() throws IOException {
        var dockerfile = Files.readString(DIRECTORY.resolve("Dockerfile"));

        assertThat(FROM.matcher(dockerfile).results().map(from -> from.group(1)).filter(image -> image.contains(":")))
                .isNotEmpty()
                .allMatch(image -> PINNED.matcher(image).matches());
        assertThat(dockerfile).contains("\nUSER 10001:10001\n", "\nHEALTHCHECK ", "\nSTOPSIGNAL SIGTERM\n");
        assertThat(DIRECTORY.resolve("Dockerfile.dockerignore"))
                .content()
                .startsWith("#")
                .contains("\n*\n");
    }

    private static Set<String> used(ComposeFile file, String kind) {
        var names = new HashSet<String>();
        file.services().values().forEach(service -> names.addAll(service.names(kind)));
        return names;
    }

    private static LoadedConfig load(Service service, List<Path> files, String profile) {
        var ours = service.environment().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("LUMIA_"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return new ConfigLoader()
                .load(new ConfigSources(
                        profile,
                        files,
                        ours,
                        options(service.words("command"), "--set").toList(),
                        null,
                        List.of()));
    }

    private static Stream<String> options(List<String> words, String option) {
        return Stream.iterate(0, at -> at + 1)
                .limit(Math.max(0, words.size() - 1))
                .filter(at -> words.get(at).equals(option))
                .map(at -> words.get(at + 1));
    }

    /** {@code /etc/lumia/NAME} is mounted from a directory beside the Compose files. */
    private static Path onThisHost(String mounted) {
        var name = Path.of(mounted).getFileName();
        try (var found = Files.find(DIRECTORY, 2, (path, attributes) -> path.endsWith(name))) {
            return found.findFirst().orElseThrow(() -> new AssertionError(mounted + " is nowhere below compose"));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
