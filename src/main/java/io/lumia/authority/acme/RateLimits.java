package io.lumia.authority.acme;

import io.lumia.access.AddressRange;
import io.lumia.access.TokenBuckets;
import io.lumia.config.AcmeConfig;
import io.lumia.store.Store;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.jdbi.v3.core.Handle;

/** How much one client may take; what it forgets under pressure it forgets in the client's favour. */
final class RateLimits {
    private static final int MOST_KEYS = 50_000;
    private static final int NETWORK_OCTETS = 8;
    private static final Duration WHEN_FULL = Duration.ofMinutes(1);

    private final AcmeConfig.Limits limits;
    private final Store store;
    private final Clock clock;
    private final TokenBuckets<String> accounts;
    private final TokenBuckets<String> orders;

    RateLimits(AcmeConfig.Limits limits, Store store, Clock clock) {
        this.store = store;
        this.limits = limits;
        this.clock = clock;
        accounts = new TokenBuckets<>(limits.accountsPerMinute(), limits.accountsPerMinute(), MOST_KEYS);
        orders = new TokenBuckets<>(limits.ordersPerMinute(), limits.ordersPerMinute(), MOST_KEYS);
    }

    /** @throws AcmeRefusal when the address made too many accounts lately */
    void newAccount(String address) {
        take(limits.accountsPerMinute(), accounts, network(address), "new accounts a minute from one address");
    }

    /** @throws AcmeRefusal when the account made too many orders lately */
    void newOrder(String account) {
        take(limits.ordersPerMinute(), orders, account, "new orders a minute of one account");
    }

    /** What {@link #newAccount} is for one node, for all of them; in the transaction that keeps the account. @throws AcmeRefusal */
    void newAccount(Handle handle, String address) {
        take(
                handle,
                limits.accountsPerMinute(),
                "account " + network(address),
                "new accounts a minute from one address");
    }

    /** What {@link #newOrder} is for one node, for all of them; in the transaction that keeps the order. @throws AcmeRefusal */
    void newOrder(Handle handle, String account) {
        take(handle, limits.ordersPerMinute(), "order " + account, "new orders a minute of one account");
    }

    /** @throws AcmeRefusal when an account has so many orders open that it gets no further one */
    void requireRoom(int pendingOrders) {
        if (limits.pendingOrders() > 0 && pendingOrders >= limits.pendingOrders()) {
            throw AcmeRefusal.later(
                    WHEN_FULL, "the account has " + limits.pendingOrders() + " unfinished orders; finish or wait");
        }
    }

    private void take(Handle handle, int limit, String name, String what) {
        if (limit > 0 && store.isShared()) {
            store.limits()
                    .take(handle, name, limit, limit, clock.instant())
                    .ifPresent(wait -> refuse(limit, what, wait));
        }
    }

    private static void refuse(int limit, String what, Duration wait) {
        throw AcmeRefusal.later(wait.plusMillis(999), "more than " + limit + " " + what + "; wait as Retry-After says");
    }

    private void take(int limit, TokenBuckets<String> buckets, String key, String what) {
        if (limit == 0) {
            return;
        }
        synchronized (buckets) {
            buckets.take(key, clock.instant()).ifPresent(wait -> refuse(limit, what, wait));
        }
    }

    /** Whoever has one IPv6 address usually has the whole /64. */
    private static String network(String client) {
        InetAddress address;
        try {
            address = AddressRange.address(client.replaceFirst("%.*", ""));
        } catch (IllegalArgumentException noLiteral) {
            return client;
        }
        return address instanceof Inet6Address
                ? Arrays.toString(Arrays.copyOf(address.getAddress(), NETWORK_OCTETS))
                : address.getHostAddress();
    }
}
