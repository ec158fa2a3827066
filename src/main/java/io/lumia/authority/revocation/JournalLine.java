package io.lumia.authority.revocation;

import io.lumia.x509.RevocationReason;
import io.lumia.x509.RevokedCertificate;
import io.lumia.x509.SerialNumber;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A revocation as a line of the journal: serial, moment, reason, end of the certificate, checksum of these; for people to read as well. */
final class JournalLine {
    private static final int FIELDS = 5;

    private JournalLine() {}

    /** With its line end. */
    static String of(RevokedCertificate revoked) {
        var text = String.join(
                " ",
                revoked.serial().toString(),
                revoked.revokedAt().truncatedTo(ChronoUnit.MILLIS).toString(),
                revoked.reason().label(),
                revoked.notAfter().truncatedTo(ChronoUnit.MILLIS).toString());
        return text + " " + checksum(text) + "\n";
    }

    /** Empty when the line, given without its end, is not as it was written. */
    static Optional<RevokedCertificate> parse(String line) {
        var fields = line.split(" ", -1);
        int end = line.lastIndexOf(' ');
        if (fields.length != FIELDS || !checksum(line.substring(0, end)).equals(fields[FIELDS - 1])) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RevokedCertificate(
                    SerialNumber.parse(fields[0]),
                    Instant.parse(fields[1]),
                    RevocationReason.of(fields[2]),
                    Instant.parse(fields[3])));
        } catch (IllegalArgumentException | DateTimeException ofNewerVersion) {
            return Optional.empty();
        }
    }

    private static String checksum(String text) {
        var sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}
