package io.lumia.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CertificateCounts;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.CountOverdue;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.FollowNews;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.OverdueCount;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.bus.FleetBus.Told;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(VertxExtension.class)
class RemoteCallsTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123456Z");
    private static final SerialNumber SERIAL = new SerialNumber(BigInteger.ONE.shiftLeft(126));
    private static final Validity VALIDITY = new Validity(NOW, NOW.plusSeconds(60));
    private static final CertificateRecord RECORD = new CertificateRecord(
            SERIAL,
            Profile.DEVICE,
            "dev-0001",
            List.of("dev-0001.devices.lumia.internal"),
            new DeviceName("dev-0001"),
            NOW,
            VALIDITY,
            CertificateStatus.REVOKED,
            "operator",
            "acme",
            "PEM",
            NOW,
            RevocationReason.KEY_COMPROMISE);

    static Stream<Arguments> messages() {
        return Stream.of(
                pair(
                        new IssueCertificate(
                                Profile.BOOTSTRAP,
                                "csr",
                                List.of(),
                                null,
                                new Claim(new DeviceName("dev-0001"), "127.20.0.2"),
                                "provisioning",
                                "provisioning"),
                        IssueCertificate.class),
                pair(
                        new IssueCertificate(
                                Profile.SERVER, "csr", List.of("localhost"), Duration.ofMinutes(1), null, "x", "sign"),
                        IssueCertificate.class),
                pair(
                        new IssueOutcome.Issued(new CertificateBundle(SERIAL, NOW, VALIDITY, "c", "i", "r")),
                        IssueOutcome.class),
                pair(new IssueOutcome.Refused(Refusal.NAME_CLAIMED, "why"), IssueOutcome.class),
                pair(new CertificateDescription.Known(RECORD), CertificateDescription.class),
                pair(new CertificateDescription.Unknown(SERIAL), CertificateDescription.class),
                pair(new RevokeOutcome.AlreadyRevoked(RECORD), RevokeOutcome.class),
                pair(new CertificatePage(List.of(RECORD), 1, true, 0, 50), CertificatePage.class),
                pair(
                        new CertificateCounts(
                                Map.of(CertificateStatus.ACTIVE, Map.of(Profile.DEVICE, 3L)),
                                Map.of(Duration.ofHours(1), 2L),
                                Map.of(Profile.DEVICE, NOW)),
                        CertificateCounts.class),
                pair(new CountOverdue(0.333, Duration.ofHours(8)), CountOverdue.class),
                pair(new OverdueCount(7), OverdueCount.class),
                pair(
                        new AuthorityDescription("r", "i", "f", NOW, NOW, "https://ca", Map.of("acme", "https://ca/d")),
                        AuthorityDescription.class),
                pair(new FollowNews(null, 0), FollowNews.class),
                pair(
                        new Told(
                                "journal",
                                7,
                                true,
                                List.of(new CertificateRevoked(
                                        SERIAL, "dev-0001", RevocationReason.KEY_COMPROMISE, NOW, "operator")),
                                null),
                        Told.class),
                pair(ReleaseOutcome.RELEASED, ReleaseOutcome.class));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_comes_out_of_json_as_it_went_in(Object message, Class<?> type) {
        assertThat(RecordJson.read(RecordJson.write(message), type)).isEqualTo(message);
    }

    @Test
    void a_question_is_answered_by_the_process_that_can(Vertx asking, VertxTestContext test) {
        var answering = Vertx.vertx();
        FleetBus.install(asking);
        FleetBus.install(answering);
        FleetBus.DESCRIBE_CERTIFICATE
                .serve(answering, asked -> Future.succeededFuture(new CertificateDescription.Known(RECORD)))
                .compose(serving -> RemoteCalls.forward(
                        asking,
                        (address, question) ->
                                RemoteCalls.answer(answering, address, question).orElseThrow()))
                .compose(forwarding -> FleetBus.DESCRIBE_CERTIFICATE.ask(asking, new DescribeCertificate(SERIAL)))
                .onComplete(test.succeeding(answer -> test.verify(() -> {
                    assertThat(answer).isEqualTo(new CertificateDescription.Known(RECORD));
                    answering.close().onComplete(test.succeedingThenComplete());
                })));
    }

    @Test
    void only_questions_to_the_authority_come_from_outside(Vertx vertx) {
        assertThat(RemoteCalls.answer(vertx, "provisioning.switch", Buffer.buffer("{}")))
                .isEmpty();
    }

    private static Arguments pair(Object message, Class<?> type) {
        return Arguments.of(message, type);
    }
}
