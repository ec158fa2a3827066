package io.lumia.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jose4j.jwk.PublicJsonWebKey;

/** Clients that obtain certificates without a pause, half by ACME, half by the admin API, some of which are revoked; they remember what they were told. */
final class IssuingLoad implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLIENTS = 12;

    private final HttpServer challenges;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Open> open = new ConcurrentLinkedQueue<>();
    private final AtomicInteger byAcme = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final KeyPair identity = KeyPairs.p256();
    private volatile boolean stopped;

    /** An order that was begun and not seen valid. */
    private record Open(KeyPair account, String kid, String order) {}

    IssuingLoad() throws IOException {
        challenges = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        challenges.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var answer = answers.getOrDefault(path.substring(path.lastIndexOf('/') + 1), "")
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        challenges.start();
    }

    int challengePort() {
        return challenges.getAddress().getPort();
    }

    Set<String> received() {
        return received;
    }

    Set<String> revoked() {
        return revoked;
    }

    int byAcme() {
        return byAcme.get();
    }

    int openOrders() {
        return open.size();
    }

    /** Works for this long; returns while requests are in flight. */
    void run(LumiaProcess run, Duration time) throws Exception {
        stopped = false;
        var http = trusting(run);
        for (int i = 0; i < CLIENTS; i++) {
            boolean acme = i % 2 == 0;
            var thread = new Thread(() -> work(run, http, acme), "load-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        run.letRun(time);
    }

    /** To be called after the kill: clients that wait for an answer have got an error by then. */
    void pause() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(40));
        }
        threads.clear();
    }

    /** Brings every order to its end that a kill interrupted. */
    void resume(LumiaProcess run) throws Exception {
        var http = trusting(run);
        for (int i = open.size(); i > 0; i--) {
            var order = open.remove();
            var client = new RawAcme(base(run), order.account, http);
            client.account = order.kid;
            finish(client, client.post(order.order, ""), order.order);
        }
    }

    private void work(LumiaProcess run, HttpClient http, boolean acme) {
        RawAcme client = null;
        while (!stopped) {
            try {
                if (acme) {
                    client = client == null ? new RawAcme(base(run), KeyPairs.p256(), http).register() : client;
                    order(client);
                } else {
                    issue(run);
                }
            } catch (Exception | AssertionError killed) {
                // an answer that did not come promises nothing
                if (!run.isAlive()) {
                    return;
                }
            }
        }
    }

    private void issue(LumiaProcess run) throws Exception {
        var body = JSON.createObjectNode()
                .put("csr", CertificateRequest.create(identity, "load.example", List.of("load.example")))
                .put("profile", "server");
        var serial =
                run.apiPost("/certificates", body.toString()).path("serial").asText();
        received.add(serial);
        if (received.size() % 5 == 0) {
            var unused = run.apiPost("/certificates/" + serial + "/revoke", "{\"reason\":\"superseded\"}");
            revoked.add(serial);
        }
    }

    private void order(RawAcme client) throws Exception {
        var order = client.post("/new-order", "{\"identifiers\":[{\"type\":\"ip\",\"value\":\"127.0.0.1\"}]}");
        if (order.status() != 201) {
            return;
        }
        var url = order.header("Location");
        var begun = new Open(client.pair, client.account, url);
        open.add(begun);
        finish(client, order, url);
        open.remove(begun);
    }

    /** From wherever the order stands to its certificate. */
    private void finish(RawAcme client, Reply known, String url) throws Exception {
        var order = known;
        for (int step = 0; step < 2000 && !order.body().path("status").asText().equals("valid"); step++) {
            switch (order.body().path("status").asText()) {
                case "pending" -> prove(client, order);
                case "ready" -> {
                    var csr = CertificateRequest.create(KeyPairs.p256(), "127.0.0.1", List.of("127.0.0.1"));
                    var der = Base64.getMimeDecoder()
                            .decode(csr.replaceAll("-----[A-Z ]+-----", "").strip());
                    var unused = client.post(
                            order.body().path("finalize").asText(),
                            "{\"csr\":\""
                                    + Base64.getUrlEncoder().withoutPadding().encodeToString(der) + "\"}");
                }
                default ->
                    throw new IllegalStateException("order " + order.raw().body());
            }
            order = client.post(url, "");
        }
        var chain =
                client.post(order.body().path("certificate").asText(), "").raw().body();
        received.add(SerialNumber.of(Pem.certificates(chain).get(0)).toString());
        byAcme.incrementAndGet();
    }

    private void prove(RawAcme client, Reply order) throws Exception {
        var authorization = client.post(
                        order.body().path("authorizations").get(0).asText(), "")
                .body();
        for (var challenge : authorization.path("challenges")) {
            if (challenge.path("type").asText().equals("http-01")
                    && challenge.path("status").asText().equals("pending")) {
                var token = challenge.path("token").asText();
                answers.put(
                        token,
                        token + "."
                                + PublicJsonWebKey.Factory.newPublicJwk(client.pair.getPublic())
                                        .calculateBase64urlEncodedThumbprint("SHA-256"));
                var unused = client.post(challenge.path("url").asText(), "{}");
            }
        }
        TimeUnit.MILLISECONDS.sleep(10);
    }

    private static String base(LumiaProcess run) {
        return "https://localhost:" + run.port("CA") + "/acme/acme";
    }

    private static HttpClient trusting(LumiaProcess run) throws Exception {
        var anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        anchors.setCertificateEntry(
                "root",
                Pem.certificates(Files.readString(run.data().resolve("ca/root.crt")))
                        .get(0));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    @Override
    public void close() {
        stopped = true;
        threads.forEach(Thread::interrupt);
        challenges.stop(0);
    }
}
