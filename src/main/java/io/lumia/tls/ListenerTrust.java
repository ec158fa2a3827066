package io.lumia.tls;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.x509.Pem;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

/** Whom one listener trusts: the fleet's CA, which also vouches for the listener itself, and other CAs for their clients. */
final class ListenerTrust {
    private final FleetTrust fleet;
    private final FleetTrust clients;
    private volatile Anchors anchors;

    /**
     * @param roots of the fleet
     * @param intermediates of the fleet, which complete a chain
     * @param others whose clients may come
     */
    record Anchors(List<X509Certificate> roots, List<X509Certificate> intermediates, List<X509Certificate> others) {
        Anchors {
            roots = List.copyOf(roots);
            intermediates = List.copyOf(intermediates);
            others = List.copyOf(others);
        }

        Anchors withOthers(List<X509Certificate> now) {
            return new Anchors(roots, intermediates, now);
        }

        Anchors withFleet(List<X509Certificate> nowRoots, List<X509Certificate> nowIntermediates) {
            return new Anchors(nowRoots, nowIntermediates, others);
        }

        /** Before anybody is refused by it. @throws CertificateException when the fleet would not trust the listener itself */
        void check(TlsMaterial served) throws CertificateException {
            try {
                new FleetTrust(roots, intermediates)
                        .checkServerTrusted(served.chain().toArray(X509Certificate[]::new), "ECDHE_ECDSA");
            } catch (CertificateException unfit) {
                throw new CertificateException(
                        "the listener's own certificate does not end at one of the new roots; keep its root among them",
                        unfit);
            }
        }

        private List<X509Certificate> all() {
            return Stream.concat(roots.stream(), others.stream()).toList();
        }
    }

    ListenerTrust(List<X509Certificate> roots, List<X509Certificate> intermediates) {
        anchors = new Anchors(roots, intermediates, List.of());
        fleet = new FleetTrust(roots, intermediates);
        clients = FleetTrust.forClients(roots, intermediates);
    }

    /** The fleet's CA as it describes itself. */
    static ListenerTrust of(AuthorityDescription authority) {
        var intermediate = authority.intermediate();
        return new ListenerTrust(
                Pem.certificates(authority.root()), intermediate == null ? List.of() : Pem.certificates(intermediate));
    }

    /** For those that connect to the listener. */
    FleetTrust fleet() {
        return fleet;
    }

    /** For the listener itself. */
    FleetTrust clients() {
        return clients;
    }

    Anchors anchors() {
        return anchors;
    }

    /** From the next handshake on. */
    void replace(Anchors next) {
        anchors = next;
        fleet.replace(next.roots, next.intermediates);
        clients.replace(next.all(), next.intermediates);
    }
}
