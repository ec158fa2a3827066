package io.lumia.renewal;

import io.lumia.config.RenewalInstanceConfig;
import io.lumia.issuance.CertificateSource;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.renewal.target.Target;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A server whose certificate is renewed, with everything that this takes.
 *
 * @param policy when it is due
 * @param trust of the roots that the certificate must lead to
 * @param test what it serves; null: nothing is proved
 * @param client shown by the test; null: nothing
 * @param lock file that one run holds
 * @param unfinished file that is there while what is installed may not be what is served
 */
record RenewalInstance(
        String name,
        RenewalInstanceConfig config,
        RenewalPolicy policy,
        CertificateSource source,
        Target target,
        FleetTrust trust,
        @Nullable ConnectivityTest test,
        @Nullable TlsMaterial client,
        Backups backups,
        Path lock,
        Path unfinished) {}
