package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.web.Views.HistoryEvent;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    private static final String FIRST = "5ac07ca20339f69c927620cf63db6a96";
    private static final String SECOND = "5ac07ca30339f69c927620cf63db6a97";

    @Test
    void tells_who_asked_from_where_what_came_of_it_and_what_followed() {
        var first = certificate(FIRST, BEGIN, BEGIN.plusSeconds(90));
        var second = certificate(SECOND, BEGIN.plusSeconds(60), null);
        var history = History.of(
                "dev-0001",
                List.of(second, first),
                List.of(second, first),
                List.of(
                        act(4, 91, "broker embedded", "revocation.enforce", FIRST, Map.of("milliseconds", "38")),
                        act(3, 90, "alice", "certificate.revoke", FIRST, Map.of("reason", "keyCompromise")),
                        act(
                                1,
                                0,
                                "acme account 7",
                                "certificate.issue",
                                FIRST,
                                Map.of("profile", "device", "via", "acme")),
                        act(2, 1, "device dev-0001", "mqtt.connect", FIRST, Map.of()),
                        act(2, 1, "device dev-0001", "mqtt.connect", FIRST, Map.of())),
                BEGIN.plusSeconds(100),
                true);
        assertThat(history.events())
                .extracting(HistoryEvent::what)
                .containsExactly(
                        "device certificate issued by acme, until ?",
                        "connected, the first time with this certificate",
                        "device certificate issued by acme, until 2026-03-01T13:01:00Z",
                        "followed by " + SECOND,
                        "revoked: keyCompromise",
                        "gone from broker embedded after 38 ms");
        assertThat(history.events().get(0)).satisfies(issued -> {
            assertThat(issued.actor()).isEqualTo("acme account 7");
            assertThat(issued.address()).isEqualTo("192.0.2.1");
            assertThat(issued.number()).isEqualTo(1);
        });
    }

    @Test
    void what_is_older_than_the_log_is_told_by_the_record() {
        var old = certificate(FIRST, BEGIN, BEGIN.plusSeconds(5));
        var history = History.of("x", List.of(old), List.of(old), List.of(), BEGIN.plus(Duration.ofDays(1)), true);
        assertThat(history.events())
                .extracting(HistoryEvent::event)
                .containsExactly("certificate.issue", "certificate.revoke", "certificate.expired");
        assertThat(history.events().get(0).actor()).isEqualTo("acme account 7");
        assertThat(history.events().get(0).address()).isEqualTo("192.0.2.9");
        assertThat(history.events().get(0).number()).isNull();
    }

    private static AuditEntry act(
            long number, int second, String actor, String action, String object, Map<String, String> details) {
        return new AuditEntry(
                number,
                new Audited(BEGIN.plusSeconds(second), actor, action, object, "ok", details, "192.0.2.1", "order-1"));
    }

    private static CertificateRecord certificate(String serial, Instant issuedAt, @Nullable Instant revokedAt) {
        return new CertificateRecord(
                SerialNumber.parse(serial),
                Profile.DEVICE,
                "dev-0001",
                List.of("dev-0001.devices.lumia.internal"),
                new DeviceName("dev-0001"),
                issuedAt,
                new Validity(issuedAt, issuedAt.plus(Duration.ofHours(1))),
                revokedAt == null ? CertificateStatus.ACTIVE : CertificateStatus.REVOKED,
                "acme account 7",
                "acme",
                "PEM",
                revokedAt,
                revokedAt == null ? null : RevocationReason.of("keyCompromise"),
                null,
                "192.0.2.9");
    }
}
