package io.lumia.scenario;

import com.sun.net.httpserver.HttpServer;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that order, revoke, replay, enrol and look at CRLs through all nodes without a pause. */
final class NodesLoad implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int ORDERING = 3;

    final NodesLedger ledger = new NodesLedger();
    private final HttpServer challenges;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final KeyPair identity = KeyPairs.p256();
    private final AtomicInteger names = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;
    /** Since when provisioning is off, as an operator was told; null: it may be on. */
    private volatile Instant offSince;

    NodesLoad(String address) throws IOException {
        challenges = HttpServer.create(new InetSocketAddress(address, 0), 0);
        challenges.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var answer = answers.getOrDefault(path.substring(path.lastIndexOf('/') + 1), "")
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        challenges.setExecutor(Executors.newCachedThreadPool());
        challenges.start();
    }

    int challengePort() {
        return challenges.getAddress().getPort();
    }

    void begin(NodesLab lab, NodesChecks checks) {
        for (int i = 0; i < ORDERING; i++) {
            var client = new NodesClient(lab.url(), lab.network.outside(), checks.http(), answers, ledger);
            begin("order-" + i, () -> order(client, checks));
        }
        var tokens = new NodesTokens(lab, checks, ledger);
        begin("tokens", tokens::use);
        begin("enrol", () -> enrol(lab, checks));
        begin("switch", () -> turnOff(lab, checks));
        begin("crl", checks::nextCrl);
        begin("browse", checks::browse);
    }

    /** Clients that order and do nothing else. */
    void orderOnly(NodesLab lab, NodesChecks checks, int clients) {
        for (int i = 0; i < clients; i++) {
            var client = new NodesClient(lab.url(), lab.network.outside(), checks.http(), answers, ledger);
            begin("order-" + i, () -> {
                if (client.acme.account.isEmpty()) {
                    client.register();
                }
                ledger.received.add(NodesClient.serial(client.obtain()));
                ledger.orders.incrementAndGet();
            });
        }
    }

    private void order(NodesClient client, NodesChecks checks) throws Exception {
        if (client.acme.account.isEmpty()) {
            client.register();
        }
        rest(); // nodes that start need processors too
        var chain = client.obtain();
        var serial = NodesClient.serial(chain);
        ledger.received.add(serial);
        int number = ledger.orders.incrementAndGet();
        if (number % 3 == 0) {
            var told = client.revoke(chain);
            if (told.status() == 200 || told.type().equals("alreadyRevoked")) {
                ledger.revoked.put(serial, Instant.now());
                checks.isRefusedEverywhere(serial);
            }
        }
        if (number % 4 == 0) {
            checks.replay(client);
        }
    }

    private void enrol(NodesLab lab, NodesChecks checks) throws Exception {
        var began = Instant.now();
        var answer = enrolAt(lab, checks, ThreadLocalRandom.current().nextInt(1, lab.nodes() + 1));
        judge(began, answer);
        TimeUnit.MILLISECONDS.sleep(300);
    }

    private void judge(Instant began, HttpResponse<String> answer) {
        if (answer.statusCode() == 201) {
            ledger.enrolled.add(Instant.now());
            ledger.received.add(NodesClient.serial(new JsonObject(answer.body()).getString("certificate")));
            var off = offSince;
            if (off != null && began.isAfter(off)) {
                ledger.violated("an enrolment was granted after provisioning was off");
            }
        } else if (answer.statusCode() == 429) {
            ledger.limited.incrementAndGet();
        }
    }

    private HttpResponse<String> enrolAt(NodesLab lab, NodesChecks checks, int node) throws Exception {
        var name = "soak-" + names.incrementAndGet();
        var body =
                new JsonObject().put("device", name).put("csr", CertificateRequest.create(identity, name, List.of()));
        return checks.http()
                .send(
                        HttpRequest.newBuilder(URI.create(lab.provisioning(node)))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
                                .build(),
                        BodyHandlers.ofString());
    }

    /** Off at one node, tried at all at once, on again at another one. */
    private void turnOff(NodesLab lab, NodesChecks checks) throws Exception {
        TimeUnit.SECONDS.sleep(3);
        var off = checks.admin(anyNode(lab), "PATCH", "/provisioning", "{\"enabled\":false}");
        if (off.statusCode() == 200) {
            offSince = Instant.now();
            for (int node = 1; node <= lab.nodes(); node++) {
                tryWhileOff(lab, checks, node);
            }
            ledger.switches.incrementAndGet();
        }
        offSince = null;
        boolean on = false;
        while (!on && !stopped) {
            on = isDone(
                            checks,
                            lab,
                            "POST",
                            "/provisioning/whitelist",
                            "{\"entries\":[\"" + lab.network.outside() + "/32\"]}")
                    && isDone(checks, lab, "PATCH", "/provisioning", "{\"enabled\":true,\"offAfter\":\"0s\"}");
            TimeUnit.MILLISECONDS.sleep(on ? 0 : 200);
        }
    }

    private void tryWhileOff(NodesLab lab, NodesChecks checks, int node) throws InterruptedException {
        try {
            judge(Instant.now(), enrolAt(lab, checks, node));
        } catch (InterruptedException stop) {
            throw stop;
        } catch (Exception down) {
            ledger.failedOver.incrementAndGet();
        }
    }

    private boolean isDone(NodesChecks checks, NodesLab lab, String method, String path, String body)
            throws InterruptedException {
        try {
            return checks.admin(anyNode(lab), method, path, body).statusCode() < 300;
        } catch (InterruptedException stop) {
            throw stop;
        } catch (Exception down) {
            return false;
        }
    }

    private static int anyNode(NodesLab lab) {
        return ThreadLocalRandom.current().nextInt(1, lab.nodes() + 1);
    }

    private interface Work {
        void once() throws Exception;
    }

    private void begin(String name, Work work) {
        var thread = new Thread(
                () -> {
                    while (!stopped) {
                        try {
                            work.once();
                        } catch (InterruptedException stop) {
                            return;
                        } catch (AssertionError violated) {
                            ledger.violated(violated.toString());
                            rest();
                        } catch (Exception down) {
                            // a node that does not answer promises nothing
                            ledger.failedOver.incrementAndGet();
                            rest();
                        }
                    }
                },
                "soak-" + name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets everybody end what they began. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(200));
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.forEach(Thread::interrupt);
        challenges.stop(0);
        ((java.util.concurrent.ExecutorService) challenges.getExecutor()).shutdownNow();
    }
}
