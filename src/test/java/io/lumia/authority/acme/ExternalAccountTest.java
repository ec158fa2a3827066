package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AddExternalKey;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome.Added;
import io.lumia.bus.FleetBus.AddExternalKeyOutcome.Refused;
import io.lumia.bus.FleetBus.ListExternalKeys;
import io.lumia.bus.FleetBus.RemoveExternalKey;
import io.lumia.bus.FleetBus.RemoveExternalKeyOutcome;
import io.lumia.config.AcmeConfig.Provisioner;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 8555, 7.3.4. */
class ExternalAccountTest {
    @TempDir
    Path data;

    private AcmeConversation acme;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> settings.provisioners.put("closed", new Provisioner(null, true)));
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    @Test
    void lets_in_who_has_a_key_and_forgets_its_secret() {
        var key = added("closed");
        var pair = KeyPairs.p256();
        assertThat(client(KeyPairs.p256())
                        .get("/directory")
                        .body()
                        .path("meta")
                        .path("externalAccountRequired")
                        .asBoolean())
                .isTrue();

        var made = register(pair, key, pair, "HS256", "/new-account");

        assertThat(made.status()).isEqualTo(201);
        var listed = FleetBus.LIST_EXTERNAL_KEYS
                .ask(acme.harness.vertx, new ListExternalKeys())
                .await()
                .keys();
        assertThat(listed).singleElement().satisfies(one -> {
            assertThat(made.header("Location")).endsWith(String.valueOf(one.account()));
            assertThat(one.boundAt()).isEqualTo(acme.harness.clock.instant());
            assertThat(one.label()).isEqualTo("for a test");
        });
        String kept = acme.harness
                .store
                .read(handle -> handle.createQuery("select coalesce(hmac_key, 'gone') from acme_external_keys")
                        .mapTo(String.class)
                        .one())
                .await();
        assertThat(kept).isEqualTo("gone");
        assertThat(key.toString()).doesNotContain(key.hmacKey());

        var second = KeyPairs.p256();
        assertThat(register(second, key, second, "HS256", "/new-account").type())
                .isEqualTo("unauthorized");
        assertThat(register(pair, key, pair, "HS256", "/new-account").status())
                .as("the account is there")
                .isEqualTo(200);
    }

    @Test
    void takes_longer_macs_too() {
        for (String algorithm : new String[] {"HS384", "HS512"}) {
            var pair = KeyPairs.p256();
            assertThat(register(pair, added("closed"), pair, algorithm, "/new-account")
                            .status())
                    .isEqualTo(201);
        }
    }

    @Test
    void keeps_out_who_has_none_or_proves_nothing_with_it() {
        var key = added("closed");
        var pair = KeyPairs.p256();
        var bare = client(pair)
                .post("/new-account", client(pair).header("/new-account").jwk(), "{}");
        assertThat(bare.status()).isEqualTo(403);
        assertThat(bare.type()).isEqualTo("externalAccountRequired");
        assertThat(bare.body().path("detail").asText()).contains("lumia ca eab add");

        assertThat(register(pair, key, KeyPairs.p256(), "HS256", "/new-account").type())
                .as("for another account key")
                .isEqualTo("malformed");
        assertThat(register(pair, key, pair, "HS256", "/new-order").type())
                .as("for another address")
                .isEqualTo("malformed");
        assertThat(register(pair, new Added(key.key(), added("closed").hmacKey()), pair, "HS256", "/new-account")
                        .type())
                .as("with another secret")
                .isEqualTo("unauthorized");
        assertThat(register(pair, added("acme"), pair, "HS256", "/new-account").type())
                .as("with a key of another provisioner")
                .isEqualTo("unauthorized");
        var none = "{\"externalAccountBinding\":{\"protected\":\""
                + RawAcme.base64("{\"alg\":\"none\",\"kid\":\"" + key.key().id() + "\"}")
                + "\",\"payload\":\"\",\"signature\":\"\"}}";
        assertThat(client(pair)
                        .post(
                                "/new-account",
                                client(pair).header("/new-account").jwk(),
                                none)
                        .type())
                .isEqualTo("badSignatureAlgorithm");

        assertThat(register(pair, key, pair, "HS256", "/new-account").status())
                .as("the key is good all the same")
                .isEqualTo(201);
    }

    @Test
    void removes_keys_and_refuses_those_of_no_provisioner() {
        var key = added("closed");
        var vertx = acme.harness.vertx;
        var remove = new RemoveExternalKey(key.key().id(), "operator");
        assertThat(FleetBus.REMOVE_EXTERNAL_KEY.ask(vertx, remove).await()).isEqualTo(RemoveExternalKeyOutcome.REMOVED);
        assertThat(FleetBus.REMOVE_EXTERNAL_KEY.ask(vertx, remove).await()).isEqualTo(RemoveExternalKeyOutcome.UNKNOWN);
        var pair = KeyPairs.p256();
        assertThat(register(pair, key, pair, "HS256", "/new-account").type()).isEqualTo("unauthorized");
        assertThat(FleetBus.ADD_EXTERNAL_KEY
                        .ask(vertx, new AddExternalKey("elsewhere", "", "operator"))
                        .await())
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.detail()).contains("elsewhere", "closed"));
    }

    private Added added(String provisioner) {
        return (Added) FleetBus.ADD_EXTERNAL_KEY
                .ask(acme.harness.vertx, new AddExternalKey(provisioner, "for a test", "operator"))
                .await();
    }

    private RawAcme client(KeyPair pair) {
        return new RawAcme(acme.harness.base + "/acme/closed", pair);
    }

    private Reply register(KeyPair pair, Added key, KeyPair bound, String algorithm, String path) {
        var client = client(pair);
        var inner =
                client.header(path).with("alg", algorithm).with("kid", key.key().id());
        inner.fields.remove("nonce");
        var binding = client.signed(
                inner,
                AcmeConversation.jwk(bound),
                new HmacKey(Base64.getUrlDecoder().decode(key.hmacKey())));
        return client.post(
                "/new-account", client.header("/new-account").jwk(), "{\"externalAccountBinding\":" + binding + "}");
    }
}
