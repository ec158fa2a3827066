package io.lumia.store;

import java.util.Random;
import org.jdbi.v3.core.Handle;

/** A database as a fleet of devices leaves it: each row of the table plausible, no key behind it. */
final class CertificateRows {
    private static final long HOUR = 3_600_000;
    private static final int BATCH = 10_000;
    private static final String PEM =
            "-----BEGIN CERTIFICATE-----\n" + "MIIB".repeat(230) + "\n-----END CERTIFICATE-----\n";

    private final Random random = new Random(7);
    private final long now;
    private final int total;

    /** @param now in milliseconds since 1970, at which three in ten have expired; one in ten is revoked */
    CertificateRows(long now, int total) {
        this.now = now;
        this.total = total;
    }

    /** Every device has had four certificates, the last of which is active. */
    void fill(Store store) {
        int devices = total / 4;
        store.write(handle -> {
                    var claims = handle.prepareBatch(
                            "insert into claims (name, identity_key, address, claimed_at) values (?, ?, '127.0.0.2', 0)");
                    for (int i = 0; i < devices; i++) {
                        claims.bind(0, device(i)).bind(1, "%064x".formatted(i)).add();
                        if (claims.size() == BATCH) {
                            var unused = claims.execute();
                        }
                    }
                    return claims.size() == 0 ? 0 : claims.execute().length;
                })
                .await();
        for (int first = 0; first < total; first += BATCH) {
            int begin = first;
            store.write(handle -> insert(handle, begin, Math.min(total, begin + BATCH), devices))
                    .await();
        }
        store.alone(handle -> handle.execute("pragma optimize")).await();
    }

    private int insert(Handle handle, int begin, int end, int devices) {
        var rows = handle.prepareBatch("""
                insert into certificates (serial, profile, identity, names, device, issued_at, not_before, not_after, requester, via,
                  certificate, revoked_at, revocation_reason, provisioner)
                values (?, 'device', ?, ?, ?, ?, ?, ?, 'acme account 4bdwQ3vd1cuVSdtDNZgWXw', 'acme', ?, ?, ?, 'acme')
                """);
        for (int i = begin; i < end; i++) {
            var device = device(i % devices);
            long notAfter = i < total * 3 / 10
                    ? now - 1 - random.nextLong(60 * 24 * HOUR)
                    : now + 9 * HOUR + random.nextLong(15 * HOUR);
            long issued = notAfter - 24 * HOUR - (long) (total - i);
            boolean revoked = i % 10 == 3;
            rows.bind(0, serial(i))
                    .bind(1, device)
                    .bind(2, device + ".devices.lumia.internal")
                    .bind(3, device)
                    .bind(4, issued)
                    .bind(5, issued)
                    .bind(6, notAfter)
                    .bind(7, PEM)
                    .bind(8, revoked ? issued + HOUR : null)
                    .bind(9, revoked ? "superseded" : null)
                    .add();
        }
        return rows.execute().length;
    }

    static String device(int number) {
        return "dev-%07d".formatted(number);
    }

    static String serial(int number) {
        return "5%015x%016x".formatted((number * 2_654_435_761L) & 0xfffffffffffL, number);
    }
}
