package io.lumia.authority;

import io.lumia.crypto.CryptoProviders;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.UnfitRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** A root in a directory of its own, which signs the CAs of regions. */
public record SharedRoot(Path data, Clock clock) {
    public SharedRoot {
        CryptoProviders.install();
        CaCertificates.make(data, AuthorityFixture.config(null, 0, 1), clock);
    }

    public X509Certificate certificate() {
        return CaCertificates.read(data).root();
    }

    /** The whole way of one region; its authority can start in that directory then. */
    public X509Certificate establish(String name, Path region) throws IOException, UnfitRequest {
        var there = region(region);
        var signed = sign(there.request(name));
        there.install(signed, certificate(), Fingerprint.of(certificate()));
        return signed;
    }

    CaRegion region(Path directory) {
        return new CaRegion(directory, AuthorityFixture.config(null, 0, 1), clock);
    }

    X509Certificate sign(Path request) throws IOException, UnfitRequest {
        return new CaRegionRoot(data, AuthorityFixture.config(null, 0, 1), clock)
                .sign(Files.readString(request), null)
                .certificate();
    }

    /** @param pin null: none */
    void install(Path directory, X509Certificate certificate, @Nullable Fingerprint pin) {
        region(directory).install(certificate, certificate(), pin);
    }
}
