package io.lumia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssuerConfigTest {
    private static final String ACME = "directory-url: 'https://ca.example.test/dir'";

    @TempDir
    Path directory;

    @Test
    void the_kind_of_issuer_follows_from_what_is_set() throws IOException {
        assertThat(bound("{}").configured()).isFalse();
        assertThat(bound(ACME).type()).isEqualTo(IssuerConfig.Type.ACME);
        assertThat(bound("type: embedded").type()).isEqualTo(IssuerConfig.Type.EMBEDDED);
        var step = bound("step-ca: {url: 'https://ca:9000', fingerprint: " + "ab".repeat(32) + "}");
        assertThat(step.type()).isEqualTo(IssuerConfig.Type.STEP_CA);
        assertThat(step.stepCa().renewal()).isEqualTo(StepCaConfig.Renewal.REKEY);
    }

    @Test
    void a_dns_provider_follows_from_what_is_set() throws IOException {
        assertThat(bound(ACME).dns().provider()).isEqualTo(DnsConfig.Provider.MANUAL);
        var updates = bound(ACME + "\nchallenge-type: dns-01\ndns: {server: '192.0.2.1:53', ttl: 5m}")
                .dns();
        assertThat(updates.provider()).isEqualTo(DnsConfig.Provider.RFC2136);
        assertThat(updates.ttl()).isEqualTo(Duration.ofMinutes(5));
        assertThat(bound(ACME + "\ndns: {command: [/etc/hook, --zone]}").dns().provider())
                .isEqualTo(DnsConfig.Provider.EXEC);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: acme | directory-url is needed",
                "directory-url: 'http://ca/dir' | must be https",
                "type: step-ca | step-ca.url is needed",
                "step-ca: {url: 'https://ca:9000'} | anybody could pose as the CA",
                "dns: {provider: rfc2136} | server is needed",
                "dns: {provider: exec} | command is needed",
                "dns: {tsig-name: key} | belong together",
                "dns: {tsig-algorithm: rot13} | tsig-algorithm must be one of",
                "eab: {key-id: one} | belong together",
                "email: nobody | email is no address"
            })
    void what_does_not_fit_is_named(String yaml, String problem) {
        assertThatThrownBy(() -> bound(yaml))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void a_fallback_has_a_second_issuer_only_when_one_is_set() throws IOException {
        assertThat(bound("{}", FallbackConfig.class)).isEqualTo(FallbackConfig.USUAL);
        assertThat(bound("issuer: {}", FallbackConfig.class).issuers(bound(ACME)))
                .hasSize(1);
        assertThat(bound("issuer: {type: embedded}", FallbackConfig.class).issuers(bound(ACME)))
                .hasSize(2);
    }

    @Test
    void a_secret_comes_from_a_file_or_the_environment_and_the_message_names_it() throws IOException {
        var file = Files.writeString(directory.resolve("secret"), "hidden\n");
        assertThat(SecretSource.file(file).read("key")).isEqualTo("hidden");
        assertThat(new SecretSource("env:PATH").read("key"))
                .isEqualTo(System.getenv("PATH").strip());
        assertThatThrownBy(() -> new SecretSource("env:NO_SUCH_VARIABLE").read("some.key"))
                .hasMessageContaining("some.key")
                .hasMessageContaining("NO_SUCH_VARIABLE");
        assertThatThrownBy(() -> SecretSource.file(directory.resolve("missing")).read("some.key"))
                .hasMessageContaining("missing")
                .hasMessageContaining("must exist");
    }

    private static IssuerConfig bound(String yaml) throws IOException {
        return bound(yaml, IssuerConfig.class);
    }

    private static <T> T bound(String yaml, Class<T> type) throws IOException {
        return ValueTypes.mapper().treeToValue(new ObjectMapper(new YAMLFactory()).readTree(yaml), type);
    }
}
