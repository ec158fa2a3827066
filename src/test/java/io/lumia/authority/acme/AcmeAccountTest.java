package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.config.AcmeConfig.Limits;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeAccountTest {
    private static final String NAME = "www.example.test";

    @TempDir
    Path data;

    private AcmeConversation acme;
    private RawAcme client;

    @BeforeEach
    void start() {
        acme = new AcmeConversation(data, settings -> settings.limits = new Limits(3, 150, 140));
        acme.harness.dns.with(NAME, "127.0.0.1");
        client = acme.client;
    }

    @AfterEach
    void stop() {
        acme.close();
    }

    // ---- key roll-over

    @Test
    void rolls_the_key_over_and_forgets_the_old_one() {
        var next = KeyPairs.p256();
        var before = acme.order(NAME);

        var changed = change(next, client.pair, client.account);

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body().path("status").asText()).isEqualTo("valid");
        assertThat(client.post(client.account, "").body().path("detail").asText())
                .contains("signature");
        var rolled = new RawAcme(acme.harness.base + "/acme/acme", next);
        rolled.account = client.account;
        assertThat(rolled.post(before.header("Location"), "").status()).isEqualTo(200);
        assertThat(rolled.post("/new-account", rolled.header("/new-account").jwk(), "{\"onlyReturnExisting\":true}")
                        .header("Location"))
                .isEqualTo(client.account);
    }

    @Test
    void refuses_a_key_that_another_account_has() {
        var other = acme.stranger().register();
        var reply = change(other.pair, client.pair, client.account);
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.header("Location")).isEqualTo(other.account);
        assertThat(change(client.pair, client.pair, client.account).status()).isEqualTo(409);
        assertThat(client.post(client.account, "").status()).isEqualTo(200);
    }

    @Test
    void refuses_a_roll_over_that_both_keys_did_not_agree_on() {
        var next = KeyPairs.p256();
        var other = acme.stranger().register();
        assertThat(change(next, client.pair, other.account).type()).isEqualTo("malformed");
        assertThat(change(next, other.pair, client.account).type()).isEqualTo("malformed");

        var forged = inner(next, client.pair, client.account, KeyPairs.p256(), "/key-change", false);
        assertThat(client.post("/key-change", forged).body().path("detail").asText())
                .contains("signature");
        var elsewhere = inner(next, client.pair, client.account, next, "/new-order", false);
        assertThat(client.post("/key-change", elsewhere).body().path("detail").asText())
                .contains("'url' of the inner JWS");
        var nonced = inner(next, client.pair, client.account, next, "/key-change", true);
        assertThat(client.post("/key-change", nonced).body().path("detail").asText())
                .contains("no 'nonce'");
        assertThat(client.post("/key-change", "{}").type()).isEqualTo("malformed");
        assertThat(client.post(client.account, "").status()).isEqualTo(200);
    }

    private Reply change(KeyPair next, KeyPair old, String account) {
        return client.post("/key-change", inner(next, old, account, next, "/key-change", false));
    }

    private String inner(KeyPair next, KeyPair old, String account, KeyPair signer, String path, boolean nonce) {
        var signing = new RawAcme(acme.harness.base + "/acme/acme", next);
        var header = signing.header(path).jwk();
        if (!nonce) {
            header.fields.remove("nonce");
        }
        var payload = "{\"account\":\"" + account + "\",\"oldKey\":" + AcmeConversation.jwk(old) + "}";
        return signing.signed(header, payload, signer.getPrivate());
    }

    // ---- limits

    @Test
    void limits_the_new_accounts_of_one_address_and_says_when_to_come_back() {
        acme.stranger().register();
        acme.stranger().register();
        var late = acme.stranger();

        var refused = late.post("/new-account", late.header("/new-account").jwk(), "{}");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.type()).isEqualTo("rateLimited");
        assertThat(refused.header("Retry-After")).isEqualTo("20");
        assertThat(client.post("/new-account", client.header("/new-account").jwk(), "{}")
                        .status())
                .as("an account that exists is found all the same")
                .isEqualTo(200);
        acme.harness.clock.advance(Duration.ofSeconds(20));
        assertThat(late.register().account).isNotEmpty();
    }

    @Test
    void limits_the_open_and_the_new_orders_of_one_account() {
        Reply last = acme.order(NAME);
        for (int i = 1; i < 140; i++) {
            last = acme.order(NAME);
        }
        assertThat(last.status()).isEqualTo(201);

        var full = acme.order(NAME);
        assertThat(full.status()).isEqualTo(429);
        assertThat(full.body().path("detail").asText()).contains("140 unfinished orders");
        assertThat(full.header("Retry-After")).isEqualTo("60");
        for (int i = 0; i < 9; i++) {
            assertThat(acme.order(NAME).status()).isEqualTo(429);
        }
        var often = acme.order(NAME);
        assertThat(often.body().path("detail").asText()).contains("150 new orders a minute");
        assertThat(often.header("Retry-After")).isEqualTo("1");
        assertThat(listed()).as("the list comes in pages").hasSize(140);
        assertThat(client.post(client.account + "/orders?cursor=x", "").type()).isEqualTo("malformed");
    }

    private Set<String> listed() {
        var all = new LinkedHashSet<String>();
        var next = client.account + "/orders";
        while (!next.isEmpty()) {
            var page = client.post(next, "");
            assertThat(page.body().path("orders").size()).isBetween(1, 100);
            page.body().path("orders").forEach(order -> all.add(order.asText()));
            next = page.raw().headers().allValues("Link").stream()
                    .filter(link -> link.endsWith(";rel=\"next\""))
                    .map(link -> link.replaceAll("<(.*)>.*", "$1"))
                    .findFirst()
                    .orElse("");
        }
        return all;
    }

    // ---- authorizations and subproblems

    @Test
    void deactivates_an_authorization_and_with_it_the_order() {
        var order = acme.order(NAME);
        assertThat(acme.prove(order)).isEqualTo("valid");
        var url = order.body().path("authorizations").get(0).asText();
        assertThat(client.post(url, "{\"status\":\"valid\"}").type()).isEqualTo("malformed");

        var deactivated = client.post(url, "{\"status\":\"deactivated\"}");

        assertThat(deactivated.body().path("status").asText()).isEqualTo("deactivated");
        assertThat(client.post(order.header("Location"), "")
                        .body()
                        .path("status")
                        .asText())
                .isEqualTo("invalid");
    }

    @Test
    void names_each_proof_that_failed() {
        var order = acme.order("a.example.test", "b.example.test");
        for (var url : order.body().path("authorizations")) {
            var challenge =
                    client.post(url.asText(), "").body().path("challenges").get(0);
            client.post(challenge.path("url").asText(), "{}");
        }
        Await.until(
                acme.harness.vertx,
                "both are told",
                () -> acme.error(order).path("subproblems").size() == 2);
        assertThat(acme.error(order).path("subproblems").findValuesAsText("value"))
                .containsExactly("a.example.test", "b.example.test");
        assertThat(acme.error(order).path("subproblems").get(0).path("type").asText())
                .endsWith(":dns");
    }
}
