package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lumia.access.AddressRange;
import io.lumia.x509.LeafForm;
import io.lumia.x509.LeafForm.Purpose;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    @TempDir
    Path directory;

    private final ConfigLoader loader = new ConfigLoader();

    @Test
    void later_layers_win() throws IOException {
        var first =
                file("first.yaml", "broker: {port: 1001, max-inflight: 7}\nweb: {port: 1001}\nmetrics: {port: 1001}");
        var second = file("second.yaml", "web: {port: 1002}\nmetrics: {port: 1002}");
        var loaded = loader.load(new ConfigSources(
                "standalone",
                List.of(first, second),
                Map.of("LUMIA_METRICS_PORT", "1003", "LUMIA_PROVISIONING_PORT", "1003", "PATH", "/bin"),
                List.of("provisioning.port=1004"),
                Path.of("/srv/lumia"),
                List.of()));

        var config = loaded.config();
        assertThat(config.broker().port()).isEqualTo(1001);
        assertThat(config.broker().maxInflight()).isEqualTo(7);
        assertThat(config.web().port()).isEqualTo(1002);
        assertThat(config.metrics().port()).isEqualTo(1003);
        assertThat(config.provisioning().port()).isEqualTo(1004);
        assertThat(config.data()).isEqualTo(Path.of("/srv/lumia"));
        assertThat(config.authority().port()).isEqualTo(9000);
        assertThat(source(loaded, "broker.port")).isEqualTo(first + ", line 1");
        assertThat(source(loaded, "web.port")).isEqualTo(second + ", line 1");
        assertThat(source(loaded, "metrics.port")).isEqualTo("environment variable LUMIA_METRICS_PORT");
        assertThat(source(loaded, "provisioning.port")).isEqualTo("--set");
        assertThat(source(loaded, "data")).isEqualTo("--data");
        assertThat(source(loaded, "provisioning.enabled")).startsWith("profile standalone, line ");
        assertThat(source(loaded, "authority.port")).isEqualTo(Setting.DEFAULT);
    }

    @Test
    void lists_are_replaced_and_written_with_commas_or_brackets() {
        assertThat(set("provisioning.whitelist=192.0.2.1, 2001:db8::/32")
                        .provisioning()
                        .whitelist())
                .containsExactly("192.0.2.1", "2001:db8::/32");
        assertThat(set("provisioning.trusted-proxies=[10.0.0.0/8]")
                        .provisioning()
                        .trustedProxies())
                .containsExactly(AddressRange.parse("10.0.0.0/8"));
        assertThat(set("parts=Broker,web").parts()).containsExactlyInAnyOrder(Part.WEB, Part.BROKER);
        assertThat(set("provisioning.whitelist=").provisioning().whitelist()).isEmpty();
    }

    @Test
    void topic_rules_are_records() {
        var rules = set("broker.rules=[{identity: '*', subscribe: ['news/#']}]")
                .broker()
                .rules();
        assertThat(rules).containsExactly(new BrokerConfig.TopicRule("*", List.of(), List.of("news/#")));
    }

    @Test
    void provisioners_are_added_changed_and_taken_away() throws IOException {
        var file = file(
                "c.yaml",
                "authority: {acme: {provisioners: {mine: {lifetime: 2h, external-account-required: true}, plain: {}, acme-cloud: }}}");
        var provisioners = withFile(file).config().authority().acme().provisioners();
        assertThat(provisioners).containsOnlyKeys("acme", "mqtt-acme", "mine", "plain");
        assertThat(provisioners.get("mine").lifetime()).isEqualTo(Duration.ofHours(2));
        assertThat(provisioners.get("plain").lifetime()).isNull();
        assertThat(provisioners.get("plain").demandsExternalAccount()).isFalse();
        assertThat(provisioners.get("mine").demandsExternalAccount()).isTrue();
    }

    @Test
    void the_provisioners_have_lifetimes_of_their_own_and_devices_theirs() throws IOException {
        var provisioners = withFile(file("c.yaml", "lifetimes: {device: 90s}"))
                .config()
                .authority()
                .acme()
                .provisioners();
        assertThat(provisioners.get("acme").lifetime(Profile.SERVER)).isEqualTo(Duration.ofHours(24));
        assertThat(provisioners.get("acme").lifetime(Profile.DEVICE))
                .as("lifetimes.device holds")
                .isNull();
        for (Profile profile : List.of(Profile.SERVER, Profile.DEVICE)) {
            assertThat(provisioners.get("acme-cloud").lifetime(profile)).isEqualTo(Duration.ofHours(48));
            assertThat(provisioners.get("mqtt-acme").lifetime(profile)).isEqualTo(Duration.ofHours(720));
        }
    }

    @Test
    void a_provisioner_has_rules_and_a_template() throws IOException {
        var file = file("c.yaml", """
                authority:
                  acme:
                    provisioners:
                      mine:
                        maximum-lifetime: 48h
                        challenges: [dns-01]
                        key-types: [p384, rsa-3072]
                        names: {allow-dns: [example.com], deny-ip: [10.0.0.0/8]}
                        template:
                          extended-key-usage: [client-auth]
                          organization: "O'Neil, Ltd"
                          common-name: false
                          extra-names: [shared.example.com]
                """);
        var acme = withFile(file).config().authority().acme();
        var mine = acme.provisioners().get("mine");
        assertThat(mine.maximumLifetime()).isEqualTo(Duration.ofHours(48));
        assertThat(mine.offers("dns-01")).isTrue();
        assertThat(mine.offers("http-01")).isFalse();
        assertThat(mine.refusal("a.example.com")).isEmpty();
        assertThat(mine.refusal("a.example.org")).isPresent();
        assertThat(mine.template().extras()).containsExactly("shared.example.com");
        var form = mine.template().form();
        assertThat(form.commonName()).isFalse();
        assertThat(form.purposes()).containsExactly(Purpose.CLIENT_AUTH);
        assertThat(form.subject())
                .containsExactly(new LeafForm.Attribute(LeafForm.Attribute.Kind.ORGANIZATION, "O'Neil, Ltd"));

        assertThat(acme.provisioners().get("mqtt-acme").template().form().purposes())
                .containsExactlyInAnyOrder(Purpose.CLIENT_AUTH, Purpose.SERVER_AUTH);
        assertThat(acme.provisioners().get("acme").template()).isEqualTo(LeafTemplate.USUAL);
    }

    @Test
    void all_problems_of_a_provisioner_are_told_at_once() throws IOException {
        var file = file("c.yaml", """
                authority:
                  acme:
                    provisioners:
                      mine:
                        lifetime: 48h
                        maximum-lifetime: 24h
                        challenges: [http-02]
                        key-types: [dsa]
                        names: {allow-dns: ["a..b"], deny-dns: [x y], allow-ip: [10.0.0.1/8]}
                        template:
                          key-usage: [key-encipherment]
                          extended-key-usage: [ocsp-signing]
                          country: Germany
                          organization: "a\\nb"
                          extra-names: [Not A Name]
                          colour: blue
                """);
        var told = catchThrowableOfType(ConfigurationUnusable.class, () -> withFile(file))
                .problems();
        var block = "authority.acme.provisioners.mine.";
        for (String sentence : List.of(
                block + "maximum-lifetime is shorter than lifetime",
                block + "challenges has 'http-02'; expected http-01, dns-01, tls-alpn-01",
                block + "key-types, entry 1: expected one of p256, p384",
                block + "names.allow-dns has 'a..b'",
                block + "names.deny-dns has 'x y'",
                block + "names.allow-ip, entry 1: not an address range: '10.0.0.1/8'",
                block + "template.key-usage must have digital-signature",
                block + "template.extended-key-usage, entry 1: expected one of server-auth, client-auth",
                block + "template.country cannot be used: 'Germany'",
                block + "template.organization cannot be used",
                block + "template.extra-names has 'Not A Name'",
                block + "template.colour: unknown key")) {
            assertThat(told).anyMatch(problem -> problem.startsWith(sentence));
        }
        assertThat(told).hasSize(12);
    }

    @Test
    void an_instance_without_a_target_is_told_once_and_by_its_key() throws IOException {
        var file = file("c.yaml", """
                renewal:
                  instances:
                    broker:
                      common-name: mqtt.example.com
                      issuer: {directory-url: "https://ca.example.com/directory"}
                """);
        assertThat(catchThrowableOfType(ConfigurationUnusable.class, () -> withFile(file))
                        .problems())
                .singleElement()
                .asString()
                .startsWith("renewal.instances.broker.target.cert-file is needed for type mosquitto");
    }

    @Test
    void a_maximum_lifetime_leaves_room_above_the_minimum() {
        assertThat(problems(
                        "lifetimes.minimum.device=1h",
                        "authority.acme.provisioners.acme.lifetime=30m",
                        "authority.acme.provisioners.acme.maximum-lifetime=30m"))
                .singleElement()
                .asString()
                .startsWith("authority.acme.provisioners.acme.maximum-lifetime is 30m, less than lifetimes.minimum");
    }

    @Test
    void names_that_every_certificate_carries_are_nobody_elses() throws IOException {
        var file = file("c.yaml", """
                broker: {names: [mqtt.example.com]}
                authority:
                  acme:
                    provisioners:
                      mine: {template: {extra-names: [dev-0001.devices.lumia.internal, mqtt.example.com, localhost]}}
                """);
        assertThat(catchThrowableOfType(ConfigurationUnusable.class, () -> withFile(file))
                        .problems())
                .singleElement()
                .asString()
                .contains(
                        "extra-names has 'dev-0001.devices.lumia.internal', which lies in fleet.domain",
                        "extra-names has 'mqtt.example.com', which is one of broker.names",
                        "extra-names has 'localhost', which is one of authority.names");
    }

    @Test
    void name_constraints_must_fit_the_fleet_and_our_own_listeners() throws IOException {
        var file = file("c.yaml", """
                broker: {names: [mqtt.example.org, 192.0.2.1]}
                authority: {name-constraints: {permitted-dns: [example.com, localhost], excluded-ip: [192.0.2.0/24]}}
                """);
        assertThat(catchThrowableOfType(ConfigurationUnusable.class, () -> withFile(file))
                        .problems())
                .singleElement()
                .asString()
                .startsWith("fleet.domain has '*.devices.lumia.internal', which authority.name-constraints rule out")
                .contains("broker.names has 'mqtt.example.org'", "broker.names has '192.0.2.1'");
        assertThat(problems("authority.name-constraints.permitted-ip=[10.0.0.0/8]"))
                .singleElement()
                .asString()
                .contains("authority.names has '127.0.0.1', which authority.name-constraints rule out");
        assertThat(problems("authority.name-constraints.excluded-dns=[a.test]", "authority.hierarchy=root"))
                .singleElement()
                .asString()
                .contains("authority.name-constraints need hierarchy: intermediate");
        assertThat(problems("authority.name-constraints.excluded-dns=[.a.test]"))
                .singleElement()
                .asString()
                .contains("authority.name-constraints.excluded-dns has '.a.test'");
        assertThat(set("authority.name-constraints.permitted-dns=[devices.lumia.internal, localhost]")
                        .authority()
                        .nameConstraints()
                        .names()
                        .isEmpty())
                .isFalse();
    }

    @Test
    void an_empty_value_unsets_what_may_be_unset() {
        assertThat(set("agent.provisioning-url=").agent().provisioningUrl()).isNull();
        assertThat(problems("broker.port=")).singleElement().asString().contains("broker.port: needs a value (--set)");
    }

    @Test
    void all_problems_are_told_at_once() throws IOException {
        var file = file("c.yaml", "broker:\n  prot: 1\n  port: abc\n  max-inflight: 0\n  max-packet-size: 1\nlog: 5\n");
        var thrown = catchThrowableOfType(
                ConfigurationUnusable.class,
                () -> loader.load(new ConfigSources(
                        "standalone",
                        List.of(file),
                        Map.of("LUMIA_BROKER_PROT", "1", "LUMIA_SWARM_QOS", "3"),
                        List.of("lifetimes.device=1x", "tls.min-version=1.1", "parts=brokr", "nonsense", "wbe.port=1"),
                        null,
                        List.of())));

        assertThat(thrown.problems())
                .containsExactlyInAnyOrder(
                        "broker.prot: unknown key; did you mean broker.port? (" + file + ", line 2)",
                        "broker.port: expected a whole number, is 'abc' (" + file + ", line 3)",
                        "broker.max-inflight must be from 1 to 65535, is 0 (" + file + ", line 4)",
                        "broker.max-packet-size must be at least 1024, is 1 (" + file + ", line 5)",
                        "log: expected a block of keys, is '5' (" + file + ", line 6)",
                        "LUMIA_BROKER_PROT: unknown key; did you mean LUMIA_BROKER_PORT? (environment)",
                        "swarm.qos must be 0, 1 or 2, is 3 (environment variable LUMIA_SWARM_QOS)",
                        "lifetimes.device: expected a duration such as 24h, 30m, 90s or PT1H, is '1x' (--set)",
                        "tls.min-version: expected TLSv1.2 or TLSv1.3, is '1.1' (--set)",
                        "parts, entry 1: expected one of authority, provisioning, broker, mosquitto, app, swarm, renewal, expiry,"
                                + " web, metrics, is 'brokr' (--set)",
                        "--set nonsense: expected key=value",
                        "wbe.port: unknown key; did you mean web.port? (--set)");
    }

    @Test
    void every_problem_of_the_tls_sections_is_told_at_once() throws IOException {
        var file = file("tls.yaml", """
                web: {host: 0.0.0.0, tls: {mode: disabled}}
                broker:
                  client-ca-files: [a.crt]
                  tls: {mode: manual, mtls: {client-ca-files: [b.crt]}}
                authority:
                  tls: {mode: acme, key-file: only.key, acme: {email: nobody, challenge-type: dns-01, directory-url: http://ca/directory}}
                agent:
                  tls: {acme: {directory-url: https://ca/directory}}
                """);
        var thrown = catchThrowableOfType(
                ConfigurationUnusable.class,
                () -> loader.load(new ConfigSources(
                        "standalone",
                        List.of(file),
                        Map.of(),
                        List.of("broker.tls.min-version=1.1"),
                        null,
                        List.of())));

        assertThat(String.join("\n", thrown.problems()))
                .contains("web.tls.mode disabled is for loopback only")
                .contains("broker.tls.mode manual needs cert-file and key-file (" + file + ", line 4)")
                .contains("broker.client-ca-files and tls.mtls.client-ca-files mean the same")
                .contains("broker.tls.min-version: expected TLSv1.2 or TLSv1.3, is '1.1' (--set)")
                .contains("authority.tls.key-file needs cert-file, its certificate (" + file + ", line 6)")
                .contains("authority.tls.acme.email must be an address")
                .contains("authority.tls.acme.challenge-type dns-01 of a listener needs dns.server or dns.command")
                .contains("authority.tls.acme.directory-url must be an https address")
                .contains("agent.tls.acme.directory-url needs mode acme");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker.tls.mode=disabled | broker.tls.mode disabled is not possible for the broker",
                "authority.tls.mode=disabled | authority.tls.mode disabled is not possible for the authority",
                "authority.tls.mtls.require-client-cert=true | authority.tls.mtls cannot be set for the authority",
                "broker.tls.mtls.require-client-cert=false | broker.tls.mtls.require-client-cert must be true",
                "web.tls.mtls.require-client-cert=true | web.tls.mtls.require-client-cert needs HTTPS",
                "web.tls.mtls.allowed-client-cns=me | web.tls.mtls needs require-client-cert: true"
            })
    void a_tls_section_that_would_be_unsafe_is_refused(String setting, String sentence) {
        assertThat(String.join("\n", problems(setting))).contains(sentence);
    }

    @Test
    void acme_for_a_listener_needs_the_part_that_renews() {
        var problems = problems(
                "parts=[authority, broker]",
                "broker.tls.mode=acme",
                "broker.tls.acme.directory-url=https://ca/directory");
        assertThat(String.join("\n", problems)).contains("parts needs renewal beside broker");
    }

    @Test
    void a_section_overrides_the_version_of_all_and_keeps_the_rest() {
        var config = set("broker.tls.min-version=TLSv1.3");
        assertThat(config.tls().from(config.broker().tls().minVersion()).versions())
                .containsExactly("TLSv1.3");
        assertThat(config.tls().from(config.web().tls().minVersion()).versions())
                .containsExactly("TLSv1.2", "TLSv1.3");
    }

    @Test
    void the_brokers_client_cas_have_two_names_and_one_value() {
        assertThat(set("broker.client-ca-files=a.crt").broker().trustedClientCas())
                .isEqualTo(set("broker.tls.mtls.client-ca-files=a.crt").broker().trustedClientCas());
        assertThat(set("broker.tls.mtls.allowed-client-cns=me").broker().admittedNames())
                .containsExactly("me");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "provisioning.whitelist=10.0.0.1/8 | provisioning: not an address range: '10.0.0.1/8' has host bits set; did you mean 10.0.0.0/8? (whitelist: --set)",
                "authority.acme.provisioners.a!.lifetime=1h | authority.acme.provisioners has the name 'a!'",
                "broker.rules=[{publish: [a]}] | broker.rules, entry 1: each rule needs an identity",
                "broker.rules=[{identity: a, publsh: []}] | broker.rules, entry 1: unknown key publsh; did you mean publish?",
                "web.names=[a | web.names: not YAML",
                "log.level=loud | log.level: expected one of error, warn, info, debug, trace, is 'loud'",
                "provisioning.enabled=maybe | expected true or false, is 'maybe'",
                "agent.provisioning-url=ftp://a | expected an http or https address, is 'ftp://a'",
                "authority.acme.resolver=dns | authority.acme.resolver: expected HOST:PORT, is 'dns'",
                "agent.root-fingerprint=abc | not a SHA-256 fingerprint",
                "authority.password=x | LUMIA_AUTHORITY_PASSWORD",
                "web.token=x | LUMIA_WEB_TOKEN",
                "lifetimes.device=9000h | lifetimes.device must be from 10s (minimum.device) to 720h",
            })
    void a_problem_names_the_key_and_what_was_expected(String setting, String sentence) {
        assertThat(problems(setting)).singleElement().asString().contains(sentence);
    }

    @Test
    void variables_of_a_container_platform_are_no_settings() {
        var config = withEnvironment(Map.of(
                        "LUMIA_BROKER_PORT", "tcp://10.0.0.1:8883",
                        "LUMIA_BROKER_SERVICE_HOST", "10.0.0.1",
                        "LUMIA_SERVICE_PORT_MQTT", "8883",
                        "LUMIA_PORT_8883_TCP_ADDR", "10.0.0.1",
                        "LUMIA_PORT", "tcp://10.0.0.1:8883",
                        "LUMIA_URL", "https://127.0.0.1:8502"))
                .config();
        assertThat(config.broker().port()).isEqualTo(8883);
    }

    @Test
    void secrets_are_taken_as_they_are_and_never_shown() {
        var loaded = withEnvironment(Map.of("LUMIA_AUTHORITY_PASSWORD", "[null: #secret"));
        assertThat(loaded.config().authority().password()).isEqualTo("[null: #secret");
        assertThat(loaded.toString()).doesNotContain("#secret").contains("********");
        assertThat(setting(loaded, "web.token").value()).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "broker: [1 | not YAML",
                "web: {port: 1, port: 2} | the key 'port' is there twice",
                "a: &x 1 | a: unknown key",
                "5 | the configuration: expected a block of keys, is '5'",
                "web: {token: short} | web.token must have at least 16 characters",
                "broker: {port: } | broker.port: needs a value",
            })
    void a_bad_file_is_told_with_its_name_and_line(String yaml, String sentence) throws IOException {
        var file = file("bad.yaml", yaml);
        var thrown = catchThrowableOfType(ConfigurationUnusable.class, () -> withFile(file));
        assertThat(thrown.problems())
                .allSatisfy(problem -> assertThat(problem).contains(file + ", line 1"))
                .anySatisfy(problem -> assertThat(problem).contains(sentence));
    }

    @Test
    void a_file_or_profile_that_is_not_there_is_told() {
        var missing = directory.resolve("none.yaml");
        var thrown = catchThrowableOfType(
                ConfigurationUnusable.class,
                () -> loader.load(
                        new ConfigSources("cloud", List.of(missing, directory), Map.of(), List.of(), null, List.of())));
        assertThat(thrown.problems()).hasSize(3);
        assertThat(thrown)
                .hasMessageContaining(missing + " of --config does not exist")
                .hasMessageContaining("there is no profile cloud")
                .hasMessageContaining("it is a directory");
    }

    @Test
    void a_profile_beside_the_program_comes_before_the_one_in_the_jar() throws IOException {
        Files.createDirectories(directory.resolve("conf"));
        file("conf/standalone.yaml", "swarm: {devices: 3}");
        var sources = new ConfigSources("standalone", List.of(), Map.of(), List.of(), null, List.of(directory));
        assertThat(loader.load(sources).config().swarm().devices()).isEqualTo(3);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private LoadedConfig withFile(Path file) {
        return loader.load(new ConfigSources("standalone", List.of(file), Map.of(), List.of(), null, List.of()));
    }

    private LoadedConfig withEnvironment(Map<String, String> environment) {
        return loader.load(new ConfigSources("standalone", List.of(), environment, List.of(), null, List.of()));
    }

    private LumiaConfig set(String... settings) {
        return loader.load(ConfigSources.ofProfile("standalone").withSettings(Arrays.asList(settings)))
                .config();
    }

    private List<String> problems(String... settings) {
        return catchThrowableOfType(ConfigurationUnusable.class, () -> set(settings))
                .problems();
    }

    private static Setting setting(LoadedConfig loaded, String key) {
        return loaded.settings().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static String source(LoadedConfig loaded, String key) {
        return setting(loaded, key).source();
    }
}
