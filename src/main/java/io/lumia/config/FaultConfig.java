package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong with some of the simulated devices; a block of {@code swarm.faults}. Every key but the kind, and a share or devices, may be
 * left out.
 *
 * @param kind docs/faults.md tells what each does
 * @param share of the devices, chosen at random; null: those named
 * @param devices by their names; empty: the share
 * @param after begins so long after all devices were connected
 * @param lasts null: what is usual for the kind
 * @param ahead clock: so far ahead of the time
 * @param behind clock: so far behind it
 * @param every flapping: between two cuts
 * @param from stolen: address of the thief; null: one that no device has
 * @param clientId stolen: the one that the thief connects with
 */
public record FaultConfig(
        Kind kind,
        @Nullable Double share,
        @Nullable List<DeviceName> devices,
        @Nullable Duration after,
        @Nullable Duration lasts,
        @Nullable Duration ahead,
        @Nullable Duration behind,
        @Nullable Duration every,
        @Nullable String from,
        @JsonProperty("client-id") @Nullable ClientId clientId) {
    /** What goes wrong. */
    public enum Kind {
        /** Powered off without a word; usually until its certificate is over. */
        OFFLINE,
        /** Its clock is wrong; usually for good. */
        CLOCK,
        /** The CA refuses its orders; usually for good. */
        RENEWAL_REFUSED,
        /** Somebody else uses its certificate and key beside it; usually until the certificate is replaced. */
        STOLEN,
        /** Its connections break again and again; usually for good. */
        FLAPPING,
        /** Its connection carries nothing any more and nobody is told; usually until both sides gave it up. */
        HALF_OPEN,
        /** Somebody else restarts the CA; noted here, nothing is done. */
        AUTHORITY_RESTART,
        /** Somebody else restarts the broker; noted here, nothing is done. */
        BROKER_RESTART;

        private static final Set<Kind> NOTED = EnumSet.of(AUTHORITY_RESTART, BROKER_RESTART);

        /** Whether devices have it; the others are only noted. */
        public boolean ofDevices() {
            return !NOTED.contains(this);
        }

        /** As it is written: {@code half-open}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Of who uses a stolen certificate. */
    public enum ClientId {
        /** The device's own: the two take the session over from each other. */
        SAME,
        /** Another one: both are connected at once. */
        OTHER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Duration USUAL_EVERY = Duration.ofSeconds(5);

    public FaultConfig {
        Check.that(kind != null, "kind must be given, one of " + kinds());
        devices = devices == null ? List.of() : List.copyOf(devices);
        Check.that(
                !kind.ofDevices() || (share == null) == !devices.isEmpty(),
                "share or devices must say which devices have it, one of the two");
        Check.that(
                kind.ofDevices() || (share == null && devices.isEmpty()),
                "share and devices do not belong to kind " + kind + ", which is only noted");
        Check.that(share == null || (share > 0 && share <= 1), "share must be more than 0 and at most 1, is " + share);
        if (after != null) {
            Check.notNegative("after", after);
        }
        if (lasts != null) {
            Check.positive("lasts", lasts);
        }
        demandClock(kind, ahead, behind);
        Check.that(every == null || kind == Kind.FLAPPING, "every belongs to kind flapping, not to " + kind);
        Check.that(from == null || kind == Kind.STOLEN, "from belongs to kind stolen, not to " + kind);
        Check.that(clientId == null || kind == Kind.STOLEN, "client-id belongs to kind stolen, not to " + kind);
        if (every != null) {
            Check.patience("every", every);
        }
    }

    /** Usually at once. */
    public Duration begins() {
        return after == null ? Duration.ZERO : after;
    }

    /** What its clock is wrong by; negative: it is behind. */
    public Duration shift() {
        return ahead != null ? ahead : behind == null ? Duration.ZERO : behind.negated();
    }

    public Duration cutEvery() {
        return every == null ? USUAL_EVERY : every;
    }

    /** Whether a thief takes the device's session over. */
    public boolean takesOver() {
        return clientId == ClientId.SAME;
    }

    private static void demandClock(Kind kind, @Nullable Duration ahead, @Nullable Duration behind) {
        if (kind == Kind.CLOCK) {
            Check.that((ahead == null) != (behind == null), "ahead or behind must say how wrong the clock is");
        } else {
            Check.that(ahead == null && behind == null, "ahead and behind belong to kind clock, not to " + kind);
        }
        if (ahead != null) {
            Check.positive("ahead", ahead);
        }
        if (behind != null) {
            Check.positive("behind", behind);
        }
    }

    private static String kinds() {
        return String.join(
                ", ", List.of(Kind.values()).stream().map(Kind::toString).toList());
    }
}
