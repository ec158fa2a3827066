package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Clients on their way from TCP to CONNECT; the {@code broker.limits.arrivals} block. Rates of 0: no limit.
 *
 * @param handshakes TLS handshakes at work at the same time; more wait for their turn
 * @param waiting connections whose CONNECT is not there yet
 * @param waitingPerAddress the same from one address
 * @param perSecond handshakes begun each second; more wait
 * @param perSecondPerAddress connections from one address each second; more are closed at once
 */
public record ArrivalLimits(
        int handshakes,
        int waiting,
        @JsonProperty("waiting-per-address") int waitingPerAddress,
        @JsonProperty("per-second") int perSecond,
        @JsonProperty("per-second-per-address") int perSecondPerAddress) {
    private static final int MOST_PER_SECOND = 1_000_000;

    public ArrivalLimits {
        Check.atLeast("handshakes", handshakes, 1);
        Check.atLeast("waiting", waiting, 1);
        Check.atLeast("waiting-per-address", waitingPerAddress, 1);
        Check.that(
                perSecond >= 0 && perSecond <= MOST_PER_SECOND,
                "per-second must be from 0 to " + MOST_PER_SECOND + ", is " + perSecond);
        Check.that(
                perSecondPerAddress >= 0 && perSecondPerAddress <= MOST_PER_SECOND,
                "per-second-per-address must be from 0 to " + MOST_PER_SECOND + ", is " + perSecondPerAddress);
    }
}
