package io.lumia.authority.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeHarness;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.util.io.pem.PemReader;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeServerTest {
    private static final String NAME = "www.example.test";
    private static final Duration IMPATIENCE = Duration.ofMillis(1500);

    @TempDir
    Path data;

    private AcmeHarness harness;
    private RawAcme client;

    @BeforeEach
    void start() {
        start(new AcmeHarness(data, false));
    }

    private void start(AcmeHarness started) {
        harness = started;
        harness.dns.with(NAME, "127.0.0.1");
        client = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256()).register();
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    // ---- the way it should go

    @Test
    void issues_a_certificate_for_a_proven_name() {
        var order = order(NAME);
        assertThat(order.status()).isEqualTo(201);
        assertThat(prove(order)).isEqualTo("valid");
        var pair = KeyPairs.p256();

        var done = finish(order, csr(pair, NAME));

        assertThat(done.body().path("status").asText()).isEqualTo("valid");
        assertThat(done.header("Location")).isEqualTo(order.header("Location"));
        var chain = client.post(done.body().path("certificate").asText(), "");
        assertThat(chain.header("Content-Type")).isEqualTo("application/pem-certificate-chain");
        var certificates = Pem.certificates(chain.raw().body());
        assertThat(certificates).hasSize(2);
        assertThat(certificates.get(0).getPublicKey()).isEqualTo(pair.getPublic());
        // a client that finds one appends what it leads to, and would hold the issuer twice
        assertThat(chain.raw().headers().allValues("Link")).noneMatch(link -> link.contains("rel=\"up\""));
        assertThat(harness.issuer.asked).singleElement().satisfies(asked -> {
            assertThat(asked.profile()).isEqualTo(Profile.SERVER);
            assertThat(asked.names()).containsExactly(NAME);
            assertThat(asked.claim()).isNull();
            assertThat(asked.lifetime()).isNull();
        });
    }

    @Test
    void gives_each_provisioner_its_lifetime_and_its_own_accounts() {
        var cloud = new RawAcme(harness.base + "/acme/acme-cloud", client.pair).register();
        assertThat(cloud.account).contains("/acme/acme-cloud/account/").isNotEqualTo(client.account);
        client = cloud;
        var order = order(NAME);
        assertThat(prove(order)).isEqualTo("valid");
        assertThat(finish(order, csr(KeyPairs.p256(), NAME)).status()).isEqualTo(200);
        assertThat(harness.issuer.asked.get(0).lifetime()).isEqualTo(Duration.ofHours(48));
    }

    @Test
    void issues_a_device_certificate_to_the_identity_key_at_the_devices_address() {
        harness.issuer.claim("dev-0001", client.pair.getPublic(), "127.0.0.1");
        var order = order("dev-0001.devices.lumia.internal");
        assertThat(prove(order)).isEqualTo("valid");

        var done = finish(order, csr(KeyPairs.p256(), "dev-0001.devices.lumia.internal"));

        assertThat(done.body().path("status").asText()).isEqualTo("valid");
        assertThat(harness.issuer.asked).singleElement().satisfies(asked -> {
            assertThat(asked.profile()).isEqualTo(Profile.DEVICE);
            assertThat(asked.claim().device().value()).isEqualTo("dev-0001");
            assertThat(asked.claim().address()).isEqualTo("127.0.0.1");
        });
    }

    @Test
    void has_a_nonce_and_the_index_on_every_answer() {
        for (Reply reply : List.of(
                client.get("/new-nonce"),
                client.get("/order/none"),
                client.get("/nothing"),
                client.postRaw("/new-order", "{", "application/jose+json"),
                client.postRaw("/new-order", "{}", "text/plain"))) {
            assertThat(reply.header("Replay-Nonce")).matches("[0-9a-f]{16}[A-Za-z0-9_-]{22}");
            assertThat(reply.header("Link")).endsWith("/acme/acme/directory>;rel=\"index\"");
            assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        }
        assertThat(client.get("/new-nonce").status()).isEqualTo(204);
        assertThat(client.get("/order/none").status()).isEqualTo(405);
        assertThat(client.postRaw("/new-order", "{}", "text/plain").status()).isEqualTo(415);
        assertThat(client.get("/directory").body().path("newOrder").asText())
                .isEqualTo(harness.base + "/acme/acme/new-order");
    }

    @Test
    void gives_the_same_key_the_same_account() {
        var again = client.post("/new-account", client.header("/new-account").jwk(), "{}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.header("Location")).isEqualTo(client.account);

        var stranger = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256());
        var none =
                stranger.post("/new-account", stranger.header("/new-account").jwk(), "{\"onlyReturnExisting\":true}");
        assertThat(none.type()).isEqualTo("accountDoesNotExist");
    }

    @Test
    void refuses_contacts_it_cannot_write_to() {
        var other = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256());
        assertThat(other.post("/new-account", other.header("/new-account").jwk(), "{\"contact\":[\"tel:+1\"]}")
                        .type())
                .isEqualTo("unsupportedContact");
        assertThat(other.post(
                                "/new-account",
                                other.header("/new-account").jwk(),
                                "{\"contact\":[\"mailto:a@example.com?subject=x\"]}")
                        .type())
                .isEqualTo("invalidContact");
    }

    @Test
    void changes_and_deactivates_an_account() {
        var changed = client.post(client.account, "{\"contact\":[\"mailto:b@example.com\"]}");
        assertThat(changed.body().path("contact").get(0).asText()).isEqualTo("mailto:b@example.com");
        assertThat(client.post(client.account, "{\"status\":\"deactivated\"}")
                        .body()
                        .path("status")
                        .asText())
                .isEqualTo("deactivated");

        var after = client.post("/new-order", "{}");
        assertThat(after.status()).isEqualTo(401);
        assertThat(after.type()).isEqualTo("unauthorized");
    }

    // ---- signatures

    @Test
    void refuses_a_replayed_nonce_and_sends_a_fresh_one() {
        var body = client.signed(client.header(client.account).kid(), "", client.pair.getPrivate());
        assertThat(client.postRaw(client.account, body, "application/jose+json").status())
                .isEqualTo(200);
        var replayed = client.postRaw(client.account, body, "application/jose+json");
        assertThat(replayed.status()).isEqualTo(400);
        assertThat(replayed.type()).isEqualTo("badNonce");
        assertThat(replayed.header("Replay-Nonce")).isNotEmpty();
        assertThat(replayed.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void refuses_a_request_signed_for_another_url() {
        var header = client.header(client.account).kid().with("url", harness.base + "/acme/acme/new-order");
        var reply = client.post(client.account, header, "");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.type()).isEqualTo("unauthorized");
    }

    @Test
    void refuses_alg_none_and_macs_made_with_the_public_key() {
        var header = RawAcme.base64("{\"alg\":\"none\",\"nonce\":\"" + client.nonce() + "\",\"url\":\"" + client.account
                + "\",\"kid\":\"" + client.account + "\"}");
        var none = client.postRaw(client.account, RawAcme.body(header, "", ""), "application/jose+json");
        assertThat(none.type()).isEqualTo("badSignatureAlgorithm");
        assertThat(none.body().path("algorithms")).hasSize(4);

        var mac = client.signed(
                client.header(client.account).kid().with("alg", "HS256"),
                "",
                new HmacKey(client.pair.getPublic().getEncoded()));
        assertThat(client.postRaw(client.account, mac, "application/jose+json").type())
                .isEqualTo("badSignatureAlgorithm");
    }

    @Test
    void refuses_a_tampered_payload() {
        var body = client.signed(client.header("/new-order").kid(), "{\"a\":1}", client.pair.getPrivate());
        var tampered = body.replace(RawAcme.base64("{\"a\":1}"), RawAcme.base64("{\"a\":2}"));
        var reply = client.postRaw("/new-order", tampered, "application/jose+json");
        assertThat(reply.type()).isEqualTo("malformed");
        assertThat(reply.body().path("detail").asText()).contains("signature");
    }

    @Test
    void refuses_the_kid_of_somebody_else() {
        var other = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256()).register();
        var foreign = client.post("/new-order", client.header("/new-order").with("kid", other.account), "{}");
        assertThat(foreign.body().path("detail").asText()).contains("signature");
        var unknown = client.post("/new-order", client.header("/new-order").with("kid", other.account + "x"), "{}");
        assertThat(unknown.type()).isEqualTo("accountDoesNotExist");
        assertThat(client.post("/new-order", client.header("/new-order").jwk(), "{}")
                        .type())
                .isEqualTo("malformed");
    }

    @Test
    void refuses_a_weak_account_key() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        var weak = new RawAcme(harness.base + "/acme/acme", generator.generateKeyPair());
        var reply = weak.post("/new-account", weak.header("/new-account").jwk().with("alg", "RS256"), "{}");
        assertThat(reply.type()).isEqualTo("badPublicKey");
    }

    @Test
    void takes_an_ed25519_account_key() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var modern = new RawAcme(harness.base + "/acme/acme", pair);
        var reply =
                modern.post("/new-account", modern.header("/new-account").jwk().with("alg", "EdDSA"), "{}");
        assertThat(reply.status()).isEqualTo(201);
    }

    @Test
    void refuses_an_oversize_body() {
        var reply = client.postRaw("/new-order", "x".repeat(70_000), "application/jose+json");
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.type()).isEqualTo("malformed");
    }

    @Test
    void refuses_ten_megabytes_without_reading_them_all() {
        var reply = client.postRaw(
                "/new-order", "{\"payload\":\"" + "x".repeat(10_000_000) + "\"}", "application/jose+json");
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.type()).isEqualTo("malformed");
        assertThat(reply.header("Replay-Nonce")).isNotEmpty();
        assertThat(order(NAME).status()).isEqualTo(201);
    }

    // ---- names and orders

    @Test
    void refuses_the_order_of_another_account() {
        var order = order(NAME);
        var other = new RawAcme(harness.base + "/acme/acme", KeyPairs.p256()).register();
        for (String path : List.of(
                order.header("Location"),
                order.body().path("finalize").asText(),
                order.body().path("authorizations").get(0).asText())) {
            var reply = other.post(path, "");
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.type()).isEqualTo("unauthorized");
        }
    }

    @Test
    void refuses_the_name_of_another_device_before_any_challenge() {
        harness.issuer.claim("dev-0002", KeyPairs.p256().getPublic(), "127.0.0.1");
        assertThat(order("dev-0002.devices.lumia.internal").type()).isEqualTo("rejectedIdentifier");
        assertThat(order("dev-0003.devices.lumia.internal").type()).isEqualTo("rejectedIdentifier");
        assertThat(order("a.dev-0002.devices.lumia.internal").type()).isEqualTo("rejectedIdentifier");
        assertThat(order("DEV-0002.Devices.Lumia.Internal").status()).isEqualTo(403);
        assertThat(order("devices.lumia.internal").type()).isEqualTo("rejectedIdentifier");
    }

    @Test
    void names_each_identifier_that_cannot_be_had() {
        harness.issuer.claim("dev-0001", client.pair.getPublic(), "127.0.0.1");
        var reply = order(NAME, "*.test", "10.0.0.1", "dev-0001.devices.lumia.internal");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.type()).isEqualTo("rejectedIdentifier");
        assertThat(reply.body().path("subproblems")).hasSize(3);
        assertThat(reply.body()
                        .path("subproblems")
                        .get(0)
                        .path("identifier")
                        .path("value")
                        .asText())
                .isEqualTo("*.test");
        assertThat(client.post("/new-order", "{\"identifiers\":[{\"type\":\"email\",\"value\":\"a@example.test\"}]}")
                        .type())
                .isEqualTo("unsupportedIdentifier");
    }

    @Test
    void refuses_a_csr_that_does_not_fit_and_leaves_the_order_ready() {
        var order = order(NAME);
        assertThat(prove(order)).isEqualTo("valid");
        assertThat(finish(order, csr(KeyPairs.p256(), "other.example.test")).type())
                .isEqualTo("badCSR");
        assertThat(finish(order, csr(KeyPairs.p256(), NAME, "other.example.test"))
                        .type())
                .isEqualTo("badCSR");
        assertThat(finish(order, csr(client.pair, NAME)).type()).isEqualTo("badCSR");
        assertThat(finish(order, "AAAA").type()).isEqualTo("badCSR");
        assertThat(status(order)).isEqualTo("ready");
        assertThat(harness.issuer.asked).isEmpty();
    }

    @Test
    void finalizes_again_when_the_authority_was_overloaded() {
        var order = order(NAME);
        assertThat(prove(order)).isEqualTo("valid");
        harness.issuer.answerNext(new IssueOutcome.Refused(Refusal.OVERLOADED, "busy"));
        var busy = finish(order, csr(KeyPairs.p256(), NAME));
        assertThat(busy.status()).isEqualTo(429);
        assertThat(busy.type()).isEqualTo("rateLimited");
        assertThat(busy.header("Retry-After")).isEqualTo("1");
        assertThat(finish(order, csr(KeyPairs.p256(), NAME)).status()).isEqualTo(200);
        assertThat(finish(order, csr(KeyPairs.p256(), NAME)).type()).isEqualTo("orderNotReady");
    }

    @Test
    void refuses_to_finalize_what_is_not_proven_or_too_late() {
        var order = order(NAME);
        var early = finish(order, csr(KeyPairs.p256(), NAME));
        assertThat(early.status()).isEqualTo(403);
        assertThat(early.type()).isEqualTo("orderNotReady");
        assertThat(prove(order)).isEqualTo("valid");
        harness.clock.advance(Duration.ofMinutes(61));
        assertThat(status(order)).isEqualTo("invalid");
        assertThat(finish(order, csr(KeyPairs.p256(), NAME)).type()).isEqualTo("orderNotReady");
    }

    // ---- validation

    @Test
    void does_not_follow_redirects_to_elsewhere() {
        var elsewhere = Promise.<String>promise();
        harness.vertx
                .createHttpServer()
                .requestHandler(request -> elsewhere.tryComplete(request.uri()))
                .listen(0, "127.0.0.1")
                .compose(server -> {
                    harness.onChallenge(request -> request.response()
                            .setStatusCode(302)
                            .putHeader("Location", "http://127.0.0.1:" + server.actualPort() + "/secret")
                            .end());
                    return io.vertx.core.Future.succeededFuture();
                })
                .await();
        failsWith("unauthorized", "only redirects to the same host and port");
        assertThat(elsewhere.future().isComplete()).isFalse();
    }

    @Test
    void follows_a_redirect_on_the_same_host_and_no_loop() {
        harness.onChallenge(request -> request.response()
                .setStatusCode(301)
                .putHeader("Location", request.path() + "x")
                .end());
        failsWith("connection", "more than 5 times");

        harness.onChallenge(request -> {
            var token = request.path().substring(request.path().lastIndexOf('/') + 1);
            if (request.path().startsWith("/moved/")) {
                request.response().end(harness.answers.get(token));
            } else {
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", "/moved/" + token)
                        .end();
            }
        });
        assertThat(prove(order(NAME))).isEqualTo("valid");
    }

    @Test
    void stops_reading_an_endless_body() {
        harness.onChallenge(request -> {
            request.response().setChunked(true);
            harness.vertx.setPeriodic(1, tick -> {
                if (!request.response().closed()) {
                    request.response().write("x".repeat(16_000));
                }
            });
        });
        failsWith("unauthorized", "more than 65536 bytes");
    }

    @Test
    void gives_up_on_a_slow_server() {
        impatient();
        harness.onChallenge(request -> {});
        failsWith("connection", "did not answer in full within 1500 ms");
    }

    @Test
    void tells_what_a_wrong_server_answered() {
        harness.onChallenge(request -> request.response().end("hello\u001b"));
        failsWith("unauthorized", "at 127.0.0.1 answered 'hello\\u001b' instead of");
    }

    @Test
    void gives_up_on_a_dns_server_that_never_answers() {
        impatient();
        harness.dns.silent("mute.example.test");
        var order = order("mute.example.test");
        assertThat(prove(order)).isEqualTo("invalid");
        var error = client.post(order.header("Location"), "").body().path("error");
        assertThat(error.path("type").asText()).endsWith(":dns");
        assertThat(error.path("detail").asText()).contains("does not answer");
    }

    @Test
    void gives_up_on_a_dns_server_that_keeps_it_waiting_with_aliases() {
        impatient();
        for (int i = 0; i < 12; i++) {
            var name = "drip" + i + ".example.test";
            harness.dns.alias(name, "drip" + (i + 1) + ".example.test").slow(name, 700);
        }
        harness.dns.with("drip12.example.test", "127.0.0.1");
        var order = order("drip0.example.test");
        assertThat(prove(order)).as("it is valid for who waits to the end").isEqualTo("invalid");
        var error = client.post(order.header("Location"), "").body().path("error");
        assertThat(error.path("type").asText()).endsWith(":dns");
        assertThat(error.path("detail").asText()).contains("no answer within 3000 ms");
    }

    @Test
    void takes_the_answer_of_a_dns_server_that_is_slow_but_in_time() {
        harness.dns.slow(NAME, 600);
        assertThat(prove(order(NAME))).isEqualTo("valid");
    }

    @Test
    void does_not_follow_a_redirect_to_loopback_or_another_scheme() {
        for (String target : List.of(
                "http://127.0.0.1:" + harness.webPort() + "/x",
                "http://localhost:" + harness.webPort() + "/x",
                "https://" + NAME + ":" + harness.webPort() + "/x",
                "http://user@" + NAME + ":" + harness.webPort() + "/x",
                "file:///etc/passwd",
                "//127.0.0.1/x")) {
            harness.onChallenge(request -> {
                assertThat(request.path()).startsWith("/.well-known/acme-challenge/");
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", target)
                        .end();
            });
            failsWith("unauthorized", "only redirects to the same host and port");
        }
    }

    @Test
    void keeps_nothing_of_a_thousand_orders_beyond_the_limit() {
        for (int i = 0; i < 1000; i++) {
            order(NAME);
        }
        var full = order(NAME);
        assertThat(full.status()).isEqualTo(429);
        assertThat(full.type()).isEqualTo("rateLimited");
        assertThat(full.header("Retry-After")).isEqualTo("60");
        assertThat(rows("acme_orders")).isEqualTo(300);
        assertThat(rows("acme_authorizations")).isEqualTo(300);

        harness.clock.advance(Duration.ofHours(2));
        assertThat(order(NAME).status()).as("those that expired make room").isEqualTo(201);
    }

    private int rows(String table) {
        return harness.store
                .read(handle -> handle.createQuery("select count(*) from " + table)
                        .mapTo(Integer.class)
                        .one())
                .await();
    }

    @Test
    void tells_when_a_name_does_not_resolve() {
        var order = order("nowhere.example.test");
        assertThat(prove(order)).isEqualTo("invalid");
        assertThat(client.post(order.header("Location"), "")
                        .body()
                        .path("error")
                        .path("type")
                        .asText())
                .endsWith(":dns");
    }

    private void failsWith(String type, String detail) {
        var order = order(NAME);
        assertThat(prove(order)).isEqualTo("invalid");
        var error = client.post(order.header("Location"), "").body().path("error");
        assertThat(error.path("type").asText()).endsWith(":" + type);
        assertThat(error.path("detail").asText()).contains(detail);
        assertThat(status(order)).isEqualTo("invalid");
    }

    private Reply order(String... names) {
        var identifiers = new StringBuilder();
        for (String name : names) {
            identifiers.append(identifiers.isEmpty() ? "" : ",");
            identifiers.append("{\"type\":\"dns\",\"value\":\"").append(name).append("\"}");
        }
        return client.post("/new-order", "{\"identifiers\":[" + identifiers + "]}");
    }

    private String status(Reply order) {
        return client.post(order.header("Location"), "").body().path("status").asText();
    }

    /** Answers the challenge of the only authorization and waits for the verdict. */
    private String prove(Reply order) {
        var url = order.body().path("authorizations").get(0).asText();
        var challenge = client.post(url, "").body().path("challenges").get(0);
        var token = challenge.path("token").asText();
        harness.answers.put(token, AccountKey.parse(jwk(client.pair)).authorizes(token));
        var begun = client.post(challenge.path("url").asText(), "{}");
        assertThat(begun.status()).isEqualTo(200);
        assertThat(begun.raw().headers().allValues("Link")).anyMatch(link -> link.equals("<" + url + ">;rel=\"up\""));
        Await.until(harness.vertx, "a verdict", () -> !statusAt(url).equals("pending"));
        return statusAt(url);
    }

    private String statusAt(String url) {
        return client.post(url, "").body().path("status").asText();
    }

    /** Begins anew with a server that gives up soon. */
    private void impatient() {
        harness.close();
        start(new AcmeHarness(data.resolve("impatient"), false, settings -> settings.timeout = IMPATIENCE));
    }

    private Reply finish(Reply order, String csr) {
        return client.post(order.body().path("finalize").asText(), "{\"csr\":\"" + csr + "\"}");
    }

    private static String csr(KeyPair pair, String... names) {
        try (var reader =
                new PemReader(new java.io.StringReader(CertificateRequest.create(pair, names[0], List.of(names))))) {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(reader.readPemObject().getContent());
        } catch (java.io.IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String jwk(KeyPair pair) {
        try {
            return org.jose4j.jwk.PublicJsonWebKey.Factory.newPublicJwk(pair.getPublic())
                    .toJson();
        } catch (org.jose4j.lang.JoseException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
