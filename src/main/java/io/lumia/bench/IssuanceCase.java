package io.lumia.bench;

import org.jspecify.annotations.Nullable;

/** One way to come to a certificate, and what is expected of the embedded CA there. */
public enum IssuanceCase {
    ACME("acme", "ACME http-01, many clients", 1.0, null, 5.0),
    ACME_ONE("acme-one-client", "ACME http-01, one client", null, 8.0, null),
    SIGN("sign", "sign by JWK token", 0.3, null, null),
    RENEW("renew", "renew over mTLS, keep-alive", 0.2, null, null),
    RENEW_NEW_TLS("renew-new-tls", "renew, a new TLS connection each", null, null, 3.0),
    REKEY("rekey", "rekey over mTLS, keep-alive", 0.3, null, null);

    private final String label;
    private final String title;
    private final @Nullable Double mostCpu;
    private final @Nullable Double mostMedian;
    private final @Nullable Double leastRatio;

    /**
     * @param mostCpu milliseconds for one certificate
     * @param mostMedian milliseconds from first request to certificate
     * @param leastRatio of rates, ours to the peer's
     */
    IssuanceCase(
            String label,
            String title,
            @Nullable Double mostCpu,
            @Nullable Double mostMedian,
            @Nullable Double leastRatio) {
        this.label = label;
        this.title = title;
        this.mostCpu = mostCpu;
        this.mostMedian = mostMedian;
        this.leastRatio = leastRatio;
    }

    /** As in JSON and on the command line. */
    public String label() {
        return label;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** CPU time of the server's process for one certificate at most, in milliseconds; null: no goal. */
    public @Nullable Double mostCpu() {
        return mostCpu;
    }

    /** Median time to a certificate at most, in milliseconds; null: no goal. */
    public @Nullable Double mostMedian() {
        return mostMedian;
    }

    /** Rate at least, as a multiple of step-ca's; null: no goal. */
    public @Nullable Double leastRatio() {
        return leastRatio;
    }
}
