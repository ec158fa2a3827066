package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.access.AddressRange;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.FleetCa;
import io.lumia.fakes.RecordingProvisioner;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpEnrolmentTest {
    private static final FleetDomain DOMAIN = new FleetDomain("devices.lumia.internal");

    private final Vertx vertx = Vertx.vertx();
    private final FleetCa ca = new FleetCa(Clock.systemUTC());
    private final RecordingProvisioner service = new RecordingProvisioner(vertx, ca, DOMAIN.suffix());
    private final Enrolment.Claim claim = new Enrolment.Claim(
            new DeviceName("dev-0001"), KeyPairs.p256(), AddressRange.address("127.0.0.9"), Set.of(), "once");

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({
        "401, OPERATOR, token",
        "403, OPERATOR, provisioning allow 127.0.0.9",
        "409, OPERATOR, another key",
        "422, OPERATOR, not accepted",
        "429, RETRY, too many requests",
        "503, RETRY, provisioning on",
        "500, RETRY, answered 500"
    })
    void says_what_to_do_for_every_refusal(int status, StepFailed.Remedy remedy, String advice) {
        service.refuseWith = status;

        var failure = StepFailed.of(Await.failure(enrolment().claim(claim)));

        assertThat(failure.remedy()).isEqualTo(remedy);
        assertThat(failure.reason()).isEqualTo(StepFailed.Reason.REFUSED);
        assertThat(failure).hasMessageContaining(advice).hasMessageContaining("refused by the test");
    }

    @Test
    void tells_how_long_the_service_asked_to_wait() {
        service.refuseWith = 429;
        service.retryAfter = "7";
        assertThat(StepFailed.of(Await.failure(enrolment().claim(claim))).retryAfter())
                .contains(Duration.ofSeconds(7));
    }

    @Test
    void sends_token_and_request_from_the_identitys_address() {
        var claimed = Await.result(enrolment().claim(claim));
        assertThat(claimed.roots()).containsExactly(ca.root());
        assertThat(service.addresses).containsExactly("127.0.0.9");
        assertThat(service.requests)
                .singleElement()
                .asString()
                .contains("\"once\"")
                .doesNotContain("PRIVATE");
    }

    @Test
    void says_where_nobody_answers() {
        var nowhere = enrolment(1);
        assertThat(Await.failure(nowhere.claim(claim)))
                .hasMessageContaining("http://127.0.0.1:1")
                .hasMessageContaining("agent.provisioning-url");
    }

    private HttpEnrolment enrolment() {
        return enrolment(Await.result(service.listen()));
    }

    private HttpEnrolment enrolment(int port) {
        var workers = vertx.createSharedWorkerExecutor("test", 1);
        var address = URI.create("http://127.0.0.1:" + port);
        return new HttpEnrolment(vertx, address, DOMAIN, Duration.ofMinutes(1), workers, Clock.systemUTC());
    }
}
