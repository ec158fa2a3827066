package io.lumia.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is measured of an authority. */
public enum IssuanceCase {
    ACME("acme", "ACME http-01, N at once"),
    ACME_ONE("acme-one", "ACME http-01, one client"),
    SIGN("sign", "sign by JWK token, N connections"),
    RENEW("renew", "renew over mTLS, keep-alive"),
    RENEW_CONNECT("renew-connect", "renew, a new TLS connection each"),
    REKEY("rekey", "rekey over mTLS, keep-alive");

    private final String label;
    private final String description;

    IssuanceCase(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /**
     * What the embedded authority is to reach.
     *
     * @param bound at most (CPU and p50, in milliseconds), or at least (ratio)
     */
    public record Goal(Of of, double bound) {
        /** CPU per operation; the peer's CPU per operation over ours; the median of the time an operation takes. */
        public enum Of {
            CPU,
            CPU_RATIO,
            P50
        }
    }

    public String label() {
        return label;
    }

    public String description(int concurrency) {
        return description.replace("N", Integer.toString(workers(concurrency)));
    }

    public List<Goal> goals() {
        return switch (this) {
            case ACME -> List.of(new Goal(Goal.Of.CPU, 1.0), new Goal(Goal.Of.CPU_RATIO, 5));
            case ACME_ONE -> List.of(new Goal(Goal.Of.P50, 8));
            case SIGN, REKEY -> List.of(new Goal(Goal.Of.CPU, 0.3));
            case RENEW -> List.of(new Goal(Goal.Of.CPU, 0.2));
            case RENEW_CONNECT -> List.of(new Goal(Goal.Of.CPU_RATIO, 3));
        };
    }

    /** How many work at once. */
    int workers(int concurrency) {
        return this == ACME_ONE ? 1 : concurrency;
    }

    /** The one that is called so. */
    public static Optional<IssuanceCase> called(String label) {
        return Stream.of(values()).filter(each -> each.label.equals(label)).findFirst();
    }
}
