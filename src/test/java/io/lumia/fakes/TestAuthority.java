package io.lumia.fakes;

import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.crypto.KeySigner;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.Issuer;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A root and an intermediate in memory. */
public record TestAuthority(X509Certificate root, Issuer intermediate, Instant now) {
    private static final SecureRandom RANDOMNESS = new SecureRandom();

    private static final IssuerLocations LOCATIONS = new IssuerLocations(
            "http://localhost:9001/ca/intermediate.crt",
            "http://localhost:9001/crl/intermediate.crl",
            "http://localhost:9001/ocsp");

    static {
        CryptoProviders.install();
    }

    public static TestAuthority at(Instant now) {
        var rootPair = KeyPairs.p256();
        var pair = KeyPairs.p256();
        var root = CertificateTemplate.root(
                "Test", new KeySigner(rootPair), serial(), validity(now, Duration.ofDays(20_000)));
        var intermediate = CertificateTemplate.intermediate(
                        "Test", pair.getPublic(), serial(), validity(now, Duration.ofDays(1000)), IssuerLocations.NONE)
                .signedBy(new Issuer(root, new KeySigner(rootPair)));
        return new TestAuthority(root, new Issuer(intermediate, new KeySigner(pair)), now);
    }

    public X509Certificate issue(Profile profile, String identity, List<String> names, PublicKey key) {
        return CertificateTemplate.leaf(
                        profile, identity, names, key, serial(), validity(now, Duration.ofDays(1)), LOCATIONS)
                .signedBy(intermediate);
    }

    private static SerialNumber serial() {
        return SerialNumber.random(RANDOMNESS);
    }

    private static Validity validity(Instant now, Duration lifetime) {
        return new Validity(now.minusSeconds(60), now.plus(lifetime));
    }
}
