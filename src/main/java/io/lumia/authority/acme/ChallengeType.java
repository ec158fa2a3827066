package io.lumia.authority.acme;

import io.lumia.x509.CertificateRequest;
import java.util.List;
import java.util.stream.Stream;

/** The ways to prove control of an identifier. */
enum ChallengeType {
    /** RFC 8555, 8.3; of addresses by RFC 8738. */
    HTTP_01("http-01"),
    /** RFC 8555, 8.4: the only one that proves a whole domain, and so the only one for wildcards. */
    DNS_01("dns-01"),
    /** RFC 8737; of addresses by RFC 8738. */
    TLS_ALPN_01("tls-alpn-01");

    private final String label;

    ChallengeType(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    static ChallengeType of(String label) {
        return Stream.of(values())
                .filter(type -> type.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no challenge type: " + label));
    }

    /** @param fleetName whether it is the name of a device: such names are not in DNS and lead to the device's address */
    static List<ChallengeType> suiting(String identifier, boolean fleetName) {
        if (Identifier.isWildcard(identifier)) {
            return List.of(DNS_01);
        }
        return fleetName || CertificateRequest.isAddress(identifier)
                ? List.of(HTTP_01, TLS_ALPN_01)
                : List.of(HTTP_01, DNS_01, TLS_ALPN_01);
    }
}
