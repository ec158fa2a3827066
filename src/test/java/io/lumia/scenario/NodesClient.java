package io.lumia.scenario;

import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.net.http.HttpClient;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.PublicJsonWebKey;

/** An ACME client of several nodes that tries again elsewhere whatever breaks, and takes no answer for lost. */
final class NodesClient {
    private static final long PATIENCE_SECONDS = 150;

    final RawAcme acme;
    private final String address;
    private final Map<String, String> answers;
    private final NodesLedger ledger;

    /**
     * @param address that it orders certificates for
     * @param answers to challenges, by token
     */
    NodesClient(String url, String address, HttpClient http, Map<String, String> answers, NodesLedger ledger) {
        acme = new RawAcme(url + "/acme/acme", KeyPairs.p256(), http);
        this.address = address;
        this.answers = answers;
        this.ledger = ledger;
    }

    void register() throws InterruptedException {
        persistently("account", () -> {
            acme.register();
            return acme.account.isEmpty() ? null : acme.account;
        });
    }

    String newOrder() {
        return "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"" + address + "\"}]}";
    }

    /** From a new order to its certificate. @return the certificate, PEM */
    String obtain() throws InterruptedException {
        var order = persistently("order", () -> {
            var made = post("/new-order", newOrder());
            return made.status() == 201 ? made.header("Location") : null;
        });
        return finish(order);
    }

    /** From wherever the order stands to its certificate. */
    String finish(String url) throws InterruptedException {
        var chain = persistently("certificate of " + url, () -> {
            var order = post(url, "");
            switch (order.body().path("status").asText()) {
                case "pending" -> prove(order);
                case "ready" -> finalizing(order);
                case "valid" -> {
                    return post(order.body().path("certificate").asText(), "")
                            .raw()
                            .body();
                }
                case "invalid" ->
                    throw new AssertionError("order " + order.raw().body());
                default -> TimeUnit.MILLISECONDS.sleep(200);
            }
            return null;
        });
        return chain;
    }

    Reply revoke(String chain) {
        var leaf = Pem.certificates(chain).get(0);
        try {
            return post(
                    "/revoke-cert",
                    "{\"certificate\":\""
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(leaf.getEncoded())
                            + "\",\"reason\":4}");
        } catch (java.security.cert.CertificateEncodingException broken) {
            throw new IllegalStateException(broken);
        }
    }

    static String serial(String chain) {
        return SerialNumber.of(Pem.certificates(chain).get(0)).toString();
    }

    Reply post(String path, String payload) {
        var reply = acme.post(path, payload);
        for (int i = 0; i < 5 && reply.type().equals("badNonce"); i++) {
            reply = acme.post(path, payload);
        }
        return reply;
    }

    /** Half of them twice at once, as a client does that takes the first for lost: each with a key of its own. */
    private void finalizing(Reply order) throws InterruptedException {
        var url = order.body().path("finalize").asText();
        var second = new Thread(() -> attempt(url), "finalize-again");
        if (ThreadLocalRandom.current().nextBoolean()) {
            second.start();
        }
        attempt(url);
        second.join();
    }

    private void attempt(String url) {
        try {
            var csr = CertificateRequest.create(KeyPairs.p256(), address, java.util.List.of(address));
            var der = Base64.getMimeDecoder()
                    .decode(csr.replaceAll("-----[A-Z ]+-----", "").strip());
            var unused = post(
                    url, "{\"csr\":\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(der) + "\"}");
        } catch (RuntimeException lost) {
            ledger.failedOver.incrementAndGet();
        }
    }

    private void prove(Reply order) throws Exception {
        var authorization =
                post(order.body().path("authorizations").get(0).asText(), "").body();
        for (var challenge : authorization.path("challenges")) {
            if (challenge.path("type").asText().equals("http-01")
                    && challenge.path("status").asText().equals("pending")) {
                var token = challenge.path("token").asText();
                answers.put(
                        token,
                        token + "."
                                + PublicJsonWebKey.Factory.newPublicJwk(acme.pair.getPublic())
                                        .calculateBase64urlEncodedThumbprint("SHA-256"));
                var unused = post(challenge.path("url").asText(), "{}");
            }
        }
        TimeUnit.MILLISECONDS.sleep(20);
    }

    private interface Step {
        /** @return null: not yet */
        String take() throws Exception;
    }

    private String persistently(String what, Step step) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Throwable last = null;
        while (System.nanoTime() < end) {
            try {
                var taken = step.take();
                if (taken != null && !taken.isEmpty()) {
                    return taken;
                }
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception broken) {
                ledger.failedOver.incrementAndGet();
                last = broken;
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        throw new AssertionError("no " + what + " within " + PATIENCE_SECONDS + " s", last);
    }
}
