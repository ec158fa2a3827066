package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;

/** What clients may use of the broker; the {@code broker.limits} block. */
public record BrokerLimits(
        @JsonProperty("sessions-per-identity") int sessionsPerIdentity,
        @JsonProperty("subscriptions-per-session") int subscriptionsPerSession,
        int subscriptions,
        @JsonProperty("topic-levels") int topicLevels,
        @JsonProperty("topic-length") int topicLength,
        @JsonProperty("queued-bytes") long queuedBytes,
        @JsonProperty("queued-bytes-in-all") long queuedBytesInAll,
        @JsonProperty("retained-bytes") long retainedBytes,
        Overflow overflow,
        @JsonProperty("receive-maximum") int receiveMaximum,
        @JsonProperty("topic-aliases") int topicAliases,
        @JsonProperty("keep-alive") Duration keepAlive,
        ArrivalLimits arrivals) {
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
        Check.atLeast("subscriptions", subscriptions, 1);
        Check.that(
                topicLength >= 64 && topicLength <= MOST_16_BIT,
                "topic-length must be from 64 to 65535, is " + topicLength);
        Check.atLeast("queued-bytes", queuedBytes, 0);
        Check.atLeast("queued-bytes-in-all", queuedBytesInAll, 0);
        Check.atLeast("retained-bytes", retainedBytes, 0);
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
