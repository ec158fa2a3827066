package io.lumia.tls;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fleet's own CA, asked on the bus. */
record EmbeddedSource(ListenerIssuance issuance, List<String> names, FleetTrust fleet) implements ListenerSource {
    static final String ORIGIN = "embedded";

    /** Whether what signs in this authority now, which it names first, signed the certificate. */
    static boolean isIssuedBy(AuthorityDescription authority, X509Certificate leaf) {
        var intermediate = authority.intermediate();
        var issuer = Pem.certificates(intermediate == null ? authority.root() : intermediate)
                .get(0);
        return issuer.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
    }

    @Override
    public String method() {
        return "embedded";
    }

    @Override
    public String origin() {
        return ORIGIN;
    }

    @Override
    public Future<TlsMaterial> obtain(@Nullable TlsMaterial current) {
        return issuance.obtain();
    }

    @Override
    public void check(TlsMaterial material, Instant now) throws CertificateException {
        ServerFitness.check(material, names, fleet, now);
    }

    @Override
    public FleetTrust trust(TlsMaterial material) {
        return fleet;
    }
}
