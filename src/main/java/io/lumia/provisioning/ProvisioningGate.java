package io.lumia.provisioning;

import io.lumia.access.AddressRange;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.config.ProvisioningConfig;
import io.lumia.x509.Printable;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether provisioning is on, until when, and for whom (FR-PS-002, FR-PS-003). A value: every change makes a new gate, and time is an argument.
 *
 * @param offAt when the timer turns it off; null: no timer
 * @param operated whether an operator had a hand in it, so that it has to survive a restart
 */
record ProvisioningGate(
        boolean enabled, @Nullable Instant offAt, List<AddressRange> whitelist, SetBy setBy, boolean operated) {
    static final int MOST_ENTRIES = 10_000;

    enum Decision {
        OPEN,
        OFF,
        NOT_WHITELISTED
    }

    /** Who made the gate what it is. */
    enum SetBy {
        CONFIGURATION("configuration"),
        OPERATOR("operator"),
        TIMER("timer");

        final String label;

        SetBy(String label) {
            this.label = label;
        }
    }

    /** A whitelist that cannot be changed as asked; the message names the entry. */
    static final class Unacceptable extends Exception {
        private static final long serialVersionUID = 1;

        Unacceptable(String why) {
            super(why);
        }
    }

    ProvisioningGate {
        whitelist = List.copyOf(whitelist);
    }

    /** A configured whitelist waits for the first turning on; from then on, turning off clears it. */
    static ProvisioningGate configured(ProvisioningConfig config, Instant now) {
        var entries = config.whitelist().stream().map(AddressRange::parse).toList();
        var deadline = config.enabled() ? deadline(config.offAfter(), now) : null;
        return new ProvisioningGate(config.enabled(), deadline, entries, SetBy.CONFIGURATION, false);
    }

    /** Whether the timer has to turn it off. */
    boolean expired(Instant now) {
        return enabled && offAt != null && !now.isBefore(offAt);
    }

    /** What it is now: past the deadline it is off and the whitelist empty. */
    ProvisioningGate at(Instant now) {
        return expired(now) ? new ProvisioningGate(false, null, List.of(), SetBy.TIMER, operated) : this;
    }

    Decision decide(InetAddress address, Instant now) {
        var current = at(now);
        if (!current.enabled) {
            return Decision.OFF;
        }
        return current.whitelist.stream().anyMatch(range -> range.contains(address))
                ? Decision.OPEN
                : Decision.NOT_WHITELISTED;
    }

    /**
     * By an operator.
     *
     * @param offAfter zero: no timer
     */
    ProvisioningGate turnedOn(Duration offAfter, Instant now) {
        return new ProvisioningGate(true, deadline(offAfter, now), at(now).whitelist, SetBy.OPERATOR, true);
    }

    /** By an operator. */
    ProvisioningGate turnedOff() {
        return new ProvisioningGate(false, null, List.of(), SetBy.OPERATOR, true);
    }

    /** By an operator; all or none. Adding what is there changes nothing. */
    ProvisioningGate changed(List<String> add, List<String> remove, Instant now) throws Unacceptable {
        var current = at(now);
        var entries = new LinkedHashSet<>(current.whitelist);
        for (String entry : remove) {
            if (!entries.remove(range(entry))) {
                throw new Unacceptable("the whitelist has no entry " + Printable.quoted(entry)
                        + "; name an entry as the list shows it");
            }
        }
        for (String entry : add) {
            entries.add(range(entry));
        }
        if (entries.size() > MOST_ENTRIES) {
            throw new Unacceptable("the whitelist would have " + entries.size() + " entries, at most " + MOST_ENTRIES
                    + " are possible; use ranges such as 192.0.2.0/24");
        }
        return new ProvisioningGate(current.enabled, current.offAt, List.copyOf(entries), SetBy.OPERATOR, true);
    }

    ProvisioningState state() {
        return new ProvisioningState(
                enabled, offAt, whitelist.stream().map(AddressRange::toString).toList(), setBy.label);
    }

    private static @Nullable Instant deadline(Duration offAfter, Instant now) {
        return offAfter.isZero() ? null : now.plus(offAfter);
    }

    private static AddressRange range(String entry) throws Unacceptable {
        try {
            return AddressRange.parse(entry);
        } catch (IllegalArgumentException malformed) {
            throw new Unacceptable("whitelist entry " + Printable.quoted(entry)
                    + " is no IPv4 or IPv6 address or CIDR range without host bits; expected such as 192.0.2.7, 192.0.2.0/24 or"
                    + " 2001:db8::/32");
        }
    }
}
