package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.x509.Crl;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything was off for too long: every certificate of the fleet, that of Mosquitto and the CA's revocation list are over. */
class StepCaExpiryIT {
    private static final int DEVICES = 5;
    private static final String ADDRESSES = "127.34.0.0/16";

    @TempDir
    Path directory;

    @Test
    void the_fleet_recovers_by_itself_without_a_new_enrolment() throws Exception {
        var data = directory.resolve("data");
        try (var lab = new StepCaLab(directory, Map.of("DEVICE_LIFETIME", "12s", "CRL_LIFETIME", "10s"))) {
            lab.startCa();
            lab.startFleet(data, ADDRESSES, DEVICES).stop();
            var shown = lab.shownByCa();
            lab.stop();
            lab.shortenServer();
            var server = leaf(lab.server());
            var old = certificate(data, "dev-0001");
            var list = list(lab);
            passes(list.nextUpdate());
            for (int number = 1; number <= DEVICES; number++) {
                passes(certificate(data, "dev-000" + number).getNotAfter().toInstant());
            }
            passes(server.getNotAfter().toInstant());

            lab.startCa();
            assertThat(lab.shownByCa())
                    .as("step-ca makes its own certificate at each start")
                    .isNotEqualTo(shown);
            lab.startBroker();
            var renewed = lab.renewServer(directory.resolve("renewal"));
            assertThat(renewed.exitCode()).as(renewed.printed()).isZero();
            assertThat(leaf(lab.server()).getNotAfter()).isAfter(server.getNotAfter());
            var lumia = lab.startFleet(data, ADDRESSES, DEVICES, "provisioning.enabled=false");
            try {
                assertThat(SerialNumber.of(certificate(data, "dev-0001"))).isNotEqualTo(SerialNumber.of(old));
                assertThat(list(lab).thisUpdate()).isAfter(list.thisUpdate());
                assertThat(lumia.metric("lumia_provisioning_requests_total")).isZero();
            } finally {
                lumia.stop();
            }
        }
    }

    private static X509Certificate certificate(Path data, String device) throws Exception {
        return leaf(data.resolve("identities").resolve(device).resolve("current/fullchain.pem"));
    }

    private static X509Certificate leaf(Path file) throws Exception {
        return Pem.certificates(Files.readString(file)).get(0);
    }

    private static Crl list(StepCaLab lab) throws Exception {
        return Crl.parse(Pem.content("X509 CRL", Files.readString(lab.peers.resolve("mosquitto/crl.pem"))));
    }

    private static void passes(Instant moment) {
        while (!Clock.systemUTC().instant().isAfter(moment)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
