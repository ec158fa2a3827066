package io.lumia.broker;

import io.lumia.config.BrokerConfig.IdentitySource;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Reads from a certificate who its holder says to be, at the place that {@code broker.identity} names. */
record ClientIdentity(IdentitySource source, FleetDomain domain) {
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    /** Empty when the certificate has none, or more than one. */
    Optional<String> of(X509Certificate certificate) {
        return switch (source) {
            case CN -> commonName(certificate);
            case SAN_DNS -> only(certificate, DNS_NAME).map(this::member);
            case SAN_URI -> only(certificate, URI);
        };
    }

    /** A device's DNS name is its name below the fleet's domain: its topics and rights are the same either way. */
    private String member(String dnsName) {
        return domain.deviceOf(dnsName).map(DeviceName::value).orElse(dnsName);
    }

    private static Optional<String> only(X509Certificate certificate, int type) {
        try {
            var names = Optional.ofNullable(certificate.getSubjectAlternativeNames()).stream()
                    .flatMap(all -> all.stream())
                    .flatMap(name -> value(name, type))
                    .toList();
            return names.size() == 1 && !names.get(0).isBlank() ? Optional.of(names.get(0)) : Optional.empty();
        } catch (CertificateParsingException malformed) {
            return Optional.empty();
        }
    }

    private static Stream<String> value(List<?> name, int type) {
        return Integer.valueOf(type).equals(name.get(0)) ? Stream.of(String.valueOf(name.get(1))) : Stream.empty();
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        var names = subject.getRDNs(BCStyle.CN);
        if (names.length != 1 || names[0].isMultiValued()) {
            return Optional.empty();
        }
        var name = IETFUtils.valueToString(names[0].getFirst().getValue());
        return name.isBlank() ? Optional.empty() : Optional.of(name);
    }
}
