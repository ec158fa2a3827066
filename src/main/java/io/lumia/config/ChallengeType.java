package io.lumia.config;

/** How an ACME server is shown that a name is ours. */
public enum ChallengeType {
    /** RFC 8555, 8.3. */
    HTTP_01("http-01"),
    /** RFC 8555, 8.4; the only one for wildcards. */
    DNS_01("dns-01"),
    /** RFC 8737. */
    TLS_ALPN_01("tls-alpn-01");

    private final String label;

    ChallengeType(String label) {
        this.label = label;
    }

    /** The name in ACME and in the configuration. */
    public String label() {
        return label;
    }

    /** The label. */
    @Override
    public String toString() {
        return label;
    }
}
