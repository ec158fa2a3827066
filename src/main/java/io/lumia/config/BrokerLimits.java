package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/** What one client may use of the broker; the {@code broker.limits} block. */
public record BrokerLimits(
        @JsonProperty("sessions-per-identity") int sessionsPerIdentity,
        @JsonProperty("subscriptions-per-session") int subscriptionsPerSession,
        @JsonProperty("topic-levels") int topicLevels,
        @JsonProperty("queued-bytes") long queuedBytes,
        Overflow overflow,
        @JsonProperty("receive-maximum") int receiveMaximum,
        @JsonProperty("topic-aliases") int topicAliases,
        @JsonProperty("keep-alive") Duration keepAlive) {
    private static final int MOST_16_BIT = 65_535;

    /** What happens to a session whose queue is full; a QoS 0 message in it always gives way first. */
    public enum Overflow {
        /** The new message is dropped. */
        DROP_NEWEST,
        /** The oldest messages are dropped. */
        DROP_OLDEST,
        /** The new message is dropped and a connected client is disconnected. */
        DISCONNECT
    }

    public BrokerLimits {
        Check.atLeast("sessions-per-identity", sessionsPerIdentity, 1);
        Check.atLeast("subscriptions-per-session", subscriptionsPerSession, 1);
        Check.that(topicLevels >= 1 && topicLevels <= 100, "topic-levels must be from 1 to 100, is " + topicLevels);
        Check.atLeast("queued-bytes", queuedBytes, 0);
        Check.that(
                receiveMaximum >= 1 && receiveMaximum <= MOST_16_BIT,
                "receive-maximum must be from 1 to 65535, is " + receiveMaximum);
        Check.that(
                topicAliases >= 0 && topicAliases <= MOST_16_BIT,
                "topic-aliases must be from 0 to 65535, is " + topicAliases);
        Check.that(
                keepAlive.toSeconds() >= 1 && keepAlive.toSeconds() <= MOST_16_BIT,
                "keep-alive must be from 1s to 65535s, is " + Durations.text(keepAlive));
    }
}
