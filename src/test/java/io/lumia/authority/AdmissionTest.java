package io.lumia.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.fakes.Await;
import io.lumia.fakes.RawAcme;
import io.lumia.fakes.RawAcme.Reply;
import io.lumia.fakes.RawTls;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
    private static final int PLACES = 3;
    private static final String JOSE = "application/jose+json";

    @TempDir
    Path data;

    private final CountDownLatch disk = new CountDownLatch(1);
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong shed = new AtomicLong();
    private AuthorityFixture fixture;
    private HttpClient http;
    private RawAcme client;

    @BeforeEach
    void start() {
        var settings = new AcmeSettings();
        settings.requests = PLACES;
        fixture = new AuthorityFixture(data, AuthorityFixture.config(settings), Clock.systemUTC());
        http = RawTls.http(fixture.authority.description().root());
        client = client();
        Await.result(FleetBus.REQUESTS_SHED.listen(fixture.vertx, shed -> told.addAndGet(shed.count())));
    }

    @AfterEach
    void stop() {
        disk.countDown();
        fixture.close();
    }

    @Test
    void a_full_authority_sheds_at_once_and_finishes_what_it_admitted() {
        var blocked = fixture.store.write(this::waitForDisk);
        var threads = Executors.newFixedThreadPool(PLACES);
        try {
            var admitted = IntStream.range(0, PLACES)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> admitted(client()), threads))
                    .toList();
            Await.until(
                    fixture.vertx, "the authority is full", () -> malformed().status() == 429);
            shed.incrementAndGet();

            for (Reply reply : List.of(malformed(), client.postRaw(url() + "/sign", "{}", "application/json"))) {
                shed.incrementAndGet();
                assertThat(reply.status()).isEqualTo(429);
                assertThat(reply.header("Retry-After")).isEqualTo("1");
            }
            assertThat(malformed().type()).isEqualTo("rateLimited");
            assertThat(malformed().header("Replay-Nonce")).isNotEmpty();
            assertThat(client.get("/renewal-info/x").status()).isEqualTo(429);
            assertThat(client.postRaw(url() + "/1.0/renew", "{}", "application/json")
                            .body()
                            .path("message")
                            .asText())
                    .contains("try again later");
            shed.addAndGet(4);
            for (String path : List.of("/health", "/acme/acme/directory", "/acme/acme/new-nonce", "/roots.pem")) {
                assertThat(client.get(url() + path).status()).as(path).isBetween(200, 204);
            }
            assertThat(admitted).noneMatch(CompletableFuture::isDone);

            disk.countDown();
            assertThat(admitted)
                    .allSatisfy(each -> assertThat(each.join().status()).isEqualTo(201));
            assertThat(register(client()).status()).isEqualTo(201);
            assertThat(blocked.await()).isTrue();
            Await.until(fixture.vertx, "every shed request is told of", () -> told.get() == shed.get());
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void a_connection_outlives_being_shed_and_whoever_went_away_holds_no_place() {
        try (var connection = new RawTls(fixture.authority.httpsPort())) {
            var blocked = fixture.store.write(this::waitForDisk);
            var gone = new ArrayList<RawTls>();
            // more than there are places: the looks below take one for a moment, too
            for (int i = 0; i < 2 * PLACES; i++) {
                var header = client.header("/new-account").jwk();
                gone.add(new RawTls(fixture.authority.httpsPort()));
                gone.get(i).send(post("/acme/acme/new-account", client.signed(header, "{}", client.pair.getPrivate())));
            }
            Await.until(
                    fixture.vertx,
                    "the authority is full",
                    () -> connection
                                    .exchange(post("/acme/acme/new-account", "{}"))
                                    .status()
                            == 429);
            gone.forEach(RawTls::close);
            Await.until(
                    fixture.vertx,
                    "there is room again",
                    () -> connection
                                    .exchange(post("/acme/acme/new-account", "{}"))
                                    .status()
                            == 400);
            disk.countDown();
            assertThat(blocked.await()).isTrue();
        }
    }

    private Boolean waitForDisk(org.jdbi.v3.core.Handle handle) {
        try {
            disk.await();
            return true;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private RawAcme client() {
        return new RawAcme(url() + "/acme/acme", KeyPairs.p256(), http);
    }

    private String url() {
        return fixture.authority.publicUrl();
    }

    private Reply malformed() {
        return client.postRaw("/new-order", "{}", JOSE);
    }

    /** Comes again when the look whether the authority is full has the last place just now. */
    private Reply admitted(RawAcme client) {
        var reply = register(client);
        while (reply.status() == 429) {
            shed.incrementAndGet();
            reply = register(client);
        }
        return reply;
    }

    private static Reply register(RawAcme client) {
        return client.post("/new-account", client.header("/new-account").jwk(), "{}");
    }

    private static String post(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + JOSE + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
