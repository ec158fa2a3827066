package io.lumia.tls;

import io.vertx.core.Future;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fleet's own CA, asked on the bus. */
record EmbeddedSource(ListenerIssuance issuance, List<String> names, FleetTrust fleet) implements ListenerSource {
    static final String ORIGIN = "embedded";

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
