package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.FakeDns;
import io.lumia.fakes.RawAcme.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Dns01ValidationTest {
    private static final String RECORD = "_acme-challenge.dns.example.test";
    private static final String NAME = "dns.example.test";

    @TempDir
    Path data;

    private AcmeConversation acme;
    private FakeDns dns;

    @BeforeEach
    void start() {
        begin(new AcmeConversation(data, settings -> {}));
    }

    private void begin(AcmeConversation begun) {
        acme = begun;
        dns = acme.harness.dns;
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    @Test
    void proves_a_name_by_one_of_its_records() throws Exception {
        var order = acme.order(NAME);
        dns.text(RECORD, "of another order").text(RECORD, digest(order));
        assertThat(acme.verdict(order, "dns-01")).isEqualTo("valid");
    }

    @Test
    void proves_a_wildcard_at_the_domain_below_it() throws Exception {
        var order = acme.order("*." + NAME);
        assertThat(order.body().path("identifiers").get(0).path("value").asText())
                .isEqualTo("*." + NAME);
        JsonNode authorization = acme.authorization(order);
        assertThat(authorization.path("identifier").path("value").asText()).isEqualTo(NAME);
        assertThat(authorization.path("wildcard").asBoolean()).isTrue();
        assertThat(acme.challengeTypes(order)).containsExactly("dns-01");
        dns.text(RECORD, digest(order));
        assertThat(acme.verdict(order, "dns-01")).isEqualTo("valid");

        assertThat(acme.finish(order, KeyPairs.p256(), NAME).type()).isEqualTo("badCSR");
        var done = acme.finish(order, KeyPairs.p256(), "*." + NAME);

        assertThat(done.body().path("status").asText()).isEqualTo("valid");
        assertThat(acme.harness.issuer.asked.get(0).names()).containsExactly("*." + NAME);
    }

    @Test
    void follows_cnames_to_where_the_record_is_kept() throws Exception {
        var order = acme.order(NAME);
        dns.alias(RECORD, "first.keeper.test").alias("first.keeper.test", "second.keeper.test");
        dns.text("second.keeper.test", digest(order));
        assertThat(acme.verdict(order, "dns-01")).isEqualTo("valid");
    }

    @Test
    void gives_up_on_a_loop_and_on_silence() {
        acme.close();
        begin(new AcmeConversation(data.resolve("impatient"), settings -> settings.timeout = Duration.ofMillis(1500)));
        dns.alias(RECORD, "loop.keeper.test").alias("loop.keeper.test", RECORD);
        failsWith("dns", "does not answer");
        dns.silent("_acme-challenge.mute.example.test");
        var order = acme.order("mute.example.test");
        assertThat(acme.verdict(order, "dns-01")).isEqualTo("invalid");
        assertThat(acme.error(order).path("type").asText()).endsWith(":dns");
    }

    @Test
    void tells_what_it_found_instead() {
        failsWith("unauthorized", "there is no TXT record at '" + RECORD + "'");
        dns.text(RECORD, "hello\u0007");
        failsWith("unauthorized", "are 'hello\\u0007'; expected one that is");
    }

    @Test
    void offers_it_neither_for_addresses_nor_for_names_of_devices() {
        var address = acme.orderWith("", AcmeConversation.identifier("ip", "192.0.2.1"));
        assertThat(acme.challengeTypes(address)).containsExactly("http-01", "tls-alpn-01");
        acme.harness.issuer.claim("dev-0001", acme.client.pair.getPublic(), "127.0.0.1");
        assertThat(acme.challengeTypes(acme.order("dev-0001.devices.lumia.internal")))
                .containsExactly("http-01", "tls-alpn-01");
        assertThat(acme.challengeTypes(acme.order(NAME))).containsExactly("http-01", "dns-01", "tls-alpn-01");
    }

    @Test
    void refuses_wildcards_of_the_fleet_and_of_top_level_domains() {
        for (String name : List.of(
                "*.devices.lumia.internal", "*.dev-0001.devices.lumia.internal", "*.test", "*", "*.", "a.*.test")) {
            assertThat(acme.order(name).status()).as(name).isBetween(400, 403);
        }
        assertThat(acme.order("*.*.example.test").type()).isEqualTo("malformed");
    }

    private void failsWith(String type, String detail) {
        var order = acme.order(NAME);
        assertThat(acme.verdict(order, "dns-01")).isEqualTo("invalid");
        assertThat(acme.error(order).path("type").asText()).endsWith(":" + type);
        assertThat(acme.error(order).path("detail").asText()).contains(detail);
    }

    private String digest(Reply order) throws Exception {
        var proof = acme.keyAuthorization(acme.challenge(order, "dns-01"));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(proof.getBytes(StandardCharsets.US_ASCII)));
    }
}
