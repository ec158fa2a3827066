package io.lumia.fakes;

import io.lumia.agent.RootSource;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A CA that hands out the roots that the test says, over a connection that the test's chain verified. */
public final class FakeRoots implements RootSource {
    public final List<Fingerprint> confirmed = new CopyOnWriteArrayList<>();
    public volatile List<X509Certificate> bundle;
    public volatile List<X509Certificate> shown;
    public volatile int looks;
    public volatile boolean current = true;

    public FakeRoots(FleetCa ca) {
        bundle = List.of(ca.root());
        showing(ca);
    }

    /** From now on the CA proves itself by this one. */
    public void showing(FleetCa ca) {
        shown = ca.issue("ca", List.of("localhost"), Duration.ofDays(1)).chain();
    }

    @Override
    public synchronized Future<Offer> look(URI directory, FleetTrust trust) {
        looks++;
        return Future.succeededFuture(new Offer(bundle, shown));
    }

    @Override
    public void forget(FleetTrust trust) {}

    @Override
    public Future<Boolean> confirm(
            URI directory, FleetTrust trust, TlsMaterial material, InetAddress address, Fingerprint of) {
        confirmed.add(of);
        return Future.succeededFuture(current);
    }
}
