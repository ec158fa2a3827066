package io.lumia.authority.stepapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.LoopbackAuthority;
import io.lumia.fakes.StepClient;
import io.lumia.fakes.StepClient.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the provisioner for sites signs. */
class SiteTest {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    Path data;

    private LoopbackAuthority authority;
    private StepClient client;

    @BeforeEach
    void start() throws Exception {
        authority = new LoopbackAuthority(data);
        client = new StepClient(authority, data);
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void a_site_is_a_client_with_the_profile_site_and_stays_one_when_it_renews() throws Exception {
        var pair = KeyPairs.p256();
        var claims = client.claims("sign", "site-001", "site-001").put("iss", "site");
        var holder = StepClient.holder(
                pair, client.sign(token("site", claims), pair, "site-001", List.of("site-001"), new JsonObject()));
        assertThat(holder.leaf().getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(holder.leaf().getSubjectX500Principal().getName()).isEqualTo("CN=site-001");
        assertThat(Duration.between(
                        holder.leaf().getNotBefore().toInstant(),
                        holder.leaf().getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(30), Duration.ofDays(30).plusMinutes(5));
        assertThat(recorded(holder.leaf()).profile()).isEqualTo(Profile.SITE);
        assertThat(recorded(holder.leaf()).provisioner()).isEqualTo("site");

        var renewed = client.post("/1.0/renew", new JsonObject(), holder, "");
        assertThat(renewed.certificate().getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(recorded(renewed.certificate()).profile()).isEqualTo(Profile.SITE);
    }

    @Test
    void names_that_are_no_level_of_a_topic_are_refused() throws Exception {
        for (String name : List.of("site.example.com", "Site_1", "10.0.0.1", "*")) {
            assertThat(signed(name, name).status()).as(name).isNotEqualTo(201);
        }
        assertThat(signed("site-001", "site-001", "other").message()).contains("'other'");
    }

    @Test
    void a_site_cannot_have_the_name_of_a_device() throws Exception {
        var claim = new Claim(new DeviceName("lumia-app"), "127.0.0.1");
        var csr = CertificateRequest.create(KeyPairs.p256(), "lumia-app", List.of());
        var claimed = Await.result(FleetBus.ISSUE_CERTIFICATE.ask(
                authority.vertx,
                new IssueCertificate(Profile.BOOTSTRAP, csr, List.of(), null, claim, "test", "provisioning")));
        assertThat(claimed).isInstanceOf(IssueOutcome.Issued.class);

        assertThat(signed("lumia-app", "lumia-app").message()).contains("belongs to a device");
    }

    @Test
    void the_key_for_sites_signs_for_nothing_else_and_that_for_servers_not_for_sites() throws Exception {
        var forServers = client.claims("sign", "site-001", "site-001").put("iss", "jwk");
        assertThat(sign(token("site", forServers), "site-001", "site-001").message())
                .contains("(iss)");
        var forSites = client.claims("sign", "site-001", "site-001").put("iss", "site");
        assertThat(sign(token("jwk", forSites), "site-001", "site-001").message())
                .contains("(iss)");
    }

    private Reply signed(String subject, String... names) throws Exception {
        var claims = client.claims("sign", subject, names).put("iss", "site");
        return sign(token("site", claims), subject, names);
    }

    private Reply sign(String token, String subject, String... names) {
        return client.sign(token, KeyPairs.p256(), subject, List.of(names), new JsonObject());
    }

    private String token(String provisioner, JsonObject claims) throws Exception {
        var key = client.provisionerKey(provisioner);
        return StepClient.token(claims, Map.of("kid", key.getKeyId()), "ES256", key.getPrivateKey());
    }

    private CertificateRecord recorded(X509Certificate leaf) {
        var described = Await.result(
                FleetBus.DESCRIBE_CERTIFICATE.ask(authority.vertx, new DescribeCertificate(SerialNumber.of(leaf))));
        return ((CertificateDescription.Known) described).certificate();
    }
}
