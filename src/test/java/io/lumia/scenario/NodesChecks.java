package io.lumia.scenario;

import io.lumia.fakes.OcspQuestion;
import io.lumia.x509.Crl;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.cert.ocsp.RevokedStatus;

/** Looks, while nodes come and go, whether they hold what one of them said. */
final class NodesChecks {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    /** Making and signing a CRL, on a machine that is busy; without a node that revoked, another one waits before it publishes. */
    private static final Duration LISTED_WITHIN = Duration.ofSeconds(20);

    private final NodesLab lab;
    private final NodesLedger ledger;
    private final HttpClient http;
    private final X509Certificate issuer;
    private BigInteger lastNumber = BigInteger.ZERO;

    NodesChecks(NodesLab lab, NodesLedger ledger) throws Exception {
        this.lab = lab;
        this.ledger = ledger;
        issuer = Pem.certificates(Files.readString(lab.ca().resolve("intermediate.crt")))
                .get(0);
        var anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        anchors.setCertificateEntry(
                "root",
                Pem.certificates(Files.readString(lab.ca().resolve("root.crt"))).get(0));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        http = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    HttpClient http() {
        return http;
    }

    HttpResponse<String> admin(int node, String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(lab.admin(node) + "/api/v1" + path))
                        .timeout(PATIENCE)
                        .header("Authorization", "Bearer " + NodesLab.TOKEN)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** One signed request shown to all nodes at the same moment; no order, since an account may leave only so many unfinished. */
    void replay(NodesClient client) throws InterruptedException {
        var account = client.acme.account;
        var body = client.acme.signed(client.acme.header(account).kid(), "{}", client.acme.pair.getPrivate());
        var path = URI.create(account).getPath();
        int accepted = accepted(
                node -> HttpRequest.newBuilder(URI.create(lab.direct(node) + path))
                        .header("Content-Type", "application/jose+json")
                        .POST(BodyPublishers.ofString(body)),
                answer -> answer.statusCode() == 200);
        if (accepted > 0) {
            ledger.replays.incrementAndGet();
        }
        if (accepted > 1) {
            ledger.violated("one nonce was taken by " + accepted + " nodes");
        }
    }

    /** @return how many of the nodes, asked at the same moment, took it */
    int accepted(java.util.function.IntFunction<HttpRequest.Builder> request, Predicate<HttpResponse<String>> isTaken) {
        return (int) IntStream.rangeClosed(1, lab.nodes())
                .mapToObj(node -> http.sendAsync(
                                request.apply(node).timeout(PATIENCE).build(), BodyHandlers.ofString())
                        .handle((answer, down) -> down == null && isTaken.test(answer)))
                .toList()
                .stream()
                .filter(done -> done.join())
                .count();
    }

    /** No node that answers calls it good, from the acknowledgement on. */
    void isRefusedEverywhere(String serial) {
        var question =
                new OcspQuestion().about(issuer, SerialNumber.parse(serial)).der();
        for (int node = 1; node <= lab.nodes(); node++) {
            try {
                var answer = http.send(
                        HttpRequest.newBuilder(URI.create(lab.plain(node) + "/ocsp"))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/ocsp-request")
                                .POST(BodyPublishers.ofByteArray(question))
                                .build(),
                        BodyHandlers.ofByteArray());
                var read = OcspQuestion.Answer.read(answer.body(), issuer);
                if (read.basic() != null) {
                    ledger.asked.incrementAndGet();
                    if (!(read.basic().getResponses()[0].getCertStatus() instanceof RevokedStatus)) {
                        ledger.violated("node " + node + " calls " + serial + " good after its revocation");
                    }
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception down) {
                ledger.failedOver.incrementAndGet();
            }
        }
    }

    /** Of whichever node: its number never falls, and it lists what was revoked some time ago. */
    void nextCrl() throws Exception {
        TimeUnit.MILLISECONDS.sleep(500);
        var due = ledger.revoked.entrySet().stream()
                .filter(revoked -> revoked.getValue().plus(LISTED_WITHIN).isBefore(Instant.now()))
                .map(java.util.Map.Entry::getKey)
                .toList();
        int node = ThreadLocalRandom.current().nextInt(1, lab.nodes() + 1);
        boolean stale = lab.isCutOff(node);
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(lab.plain(node) + "/crl/intermediate.crl"))
                        .timeout(PATIENCE)
                        .build(),
                BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            return;
        }
        ledger.lists.incrementAndGet();
        var crl = Crl.parse(answer.body());
        // a node without the database serves the last one that it knows
        stale = stale || lab.isCutOff(node);
        if (!stale && crl.number().compareTo(lastNumber) < 0) {
            ledger.violated("the CRL number of node " + node + " fell from " + lastNumber + " to " + crl.number());
        }
        lastNumber = lastNumber.max(crl.number());
        var missing = new ArrayList<>(due);
        missing.removeAll(crl.serials().stream().map(SerialNumber::toString).toList());
        if (!stale && !missing.isEmpty()) {
            ledger.violated("the CRL " + crl.number() + " of node " + node + " lacks " + missing);
        }
    }

    /** At the end, of every node. */
    void isListed() throws Exception {
        for (int node = 1; node <= lab.nodes(); node++) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(lab.plain(node) + "/crl/intermediate.crl"))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofByteArray());
            var missing = new ArrayList<>(ledger.revoked.keySet());
            missing.removeAll(Crl.parse(answer.body()).serials().stream()
                    .map(SerialNumber::toString)
                    .toList());
            if (!missing.isEmpty()) {
                ledger.violated("in the end the CRL of node " + node + " lacks " + missing);
            }
        }
    }

    /** Logs in at one node, is known at another, and at none once it has logged out at a third. */
    void browse() throws Exception {
        TimeUnit.SECONDS.sleep(2);
        int first = ThreadLocalRandom.current().nextInt(lab.nodes());
        Supplier<HttpRequest.Builder> login = () -> HttpRequest.newBuilder(URI.create(lab.admin(first + 1) + "/login"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json");
        var entered = http.send(
                login.get()
                        .POST(BodyPublishers.ofString("{\"token\":\"" + NodesLab.TOKEN + "\"}"))
                        .build(),
                BodyHandlers.ofString());
        var cookie = entered.headers().firstValue("Set-Cookie").orElse("").split(";", 2)[0];
        if (entered.statusCode() != 200 || cookie.isEmpty()) {
            return;
        }
        int second = (first + 1) % lab.nodes() + 1;
        int third = (first + 2) % lab.nodes() + 1;
        if (session(second, cookie) == 401) {
            ledger.violated("node " + second + " does not know the session of node " + (first + 1));
        }
        var left = http.send(
                HttpRequest.newBuilder(URI.create(lab.admin(third) + "/logout"))
                        .timeout(PATIENCE)
                        .header("Cookie", cookie)
                        .header("Sec-Fetch-Site", "same-origin")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        if (left.statusCode() == 204 && session(first + 1, cookie) == 200) {
            ledger.violated("node " + (first + 1) + " lets a session in that was ended at node " + third);
        }
        ledger.sessions.incrementAndGet();
    }

    private int session(int node, String cookie) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create(lab.admin(node) + "/api/v1/session"))
                                .timeout(PATIENCE)
                                .header("Cookie", cookie)
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    /** What the database says, once everybody has stopped. */
    List<String> database() throws Exception {
        var wrong = new ArrayList<>(ledger.violations);
        var stored = column("select serial from certificates");
        var revoked = column("select serial from revocations");
        lacking(wrong, "received and not in the store", List.copyOf(ledger.received), stored);
        lacking(wrong, "acknowledged revocations not in the store", List.copyOf(ledger.revoked.keySet()), revoked);
        none(wrong, "certificates by ACME without an order", """
                select serial from certificates c where via = 'acme'
                and not exists (select 1 from acme_orders o where o.serial = c.serial)""");
        none(wrong, "certificates of two orders", """
                select serial from acme_orders where serial is not null group by serial having count(*) > 1""");
        none(wrong, "valid orders without their certificate", """
                select id from acme_orders o where serial is not null
                and not exists (select 1 from certificates c where c.serial = o.serial)""");
        wrong.addAll(ledger.beyond(NodesLab.ENROLMENTS_A_MINUTE, NodesLab.ENROLMENTS_AT_ONCE, Duration.ofSeconds(3)));
        return wrong;
    }

    private void none(List<String> wrong, String what, String query) throws Exception {
        var found = column(query);
        if (!found.isEmpty()) {
            wrong.add(what + ": " + found);
        }
    }

    private static void lacking(List<String> wrong, String what, List<String> wanted, List<String> there) {
        var missing = new ArrayList<>(wanted);
        missing.removeAll(new java.util.HashSet<>(there));
        if (!missing.isEmpty()) {
            wrong.add(what + ": " + missing);
        }
    }

    private List<String> column(String query) throws Exception {
        try (var connection = lab.query();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var found = new ArrayList<String>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
