package io.lumia.agent;

import io.lumia.tls.FleetTrust;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.Fingerprint;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where identities hear which roots the fleet's CA hands out, and tell it which they go by. */
public interface RootSource {
    /**
     * What the CA hands out.
     *
     * @param shown the chain by which it proved itself while it did, leaf first
     */
    record Offer(List<X509Certificate> roots, List<X509Certificate> shown) {}

    /**
     * Asks over TLS that this trust verifies; fails with {@link StepFailed}.
     *
     * @param directory of the fleet's CA (RFC 8555, 7.1.1)
     */
    Future<Offer> look(URI directory, FleetTrust trust);

    /** What an offer was asked by is not to be used again, since the CA may show another chain by now. */
    void forget(FleetTrust trust);

    /**
     * Tells the CA which bundle this identity uses; fails with {@link StepFailed}.
     *
     * @param material with which it proves who it is
     * @param address to tell it from; null: any
     * @return whether that is the bundle of now
     */
    Future<Boolean> confirm(
            URI directory, FleetTrust trust, TlsMaterial material, @Nullable InetAddress address, Fingerprint bundle);
}
