package io.lumia.authority.acme;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Accounts that signed a request lately, with their keys parsed, since each certificate takes several requests of one account; the least recently
 * used ones give way.
 */
final class KnownAccounts {
    private static final int MOST = 10_000;

    private final Map<String, Known> recent = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST;
        }
    };
    private long changes;

    record Known(Account account, AccountKey key) {}

    synchronized Optional<Known> find(String provisioner, String id) {
        return Optional.ofNullable(recent.get(id))
                .filter(known -> known.account().provisioner().equals(provisioner));
    }

    /** To be asked before an account is read, and handed to {@link #learn}. */
    synchronized long changes() {
        return changes;
    }

    /** Keeps what was read, unless an account changed since: then it may be old. */
    synchronized void learn(Known read, long changesBefore) {
        if (changes == changesBefore) {
            recent.put(read.account().id(), read);
        }
    }

    /** To be called once a change is in the store. */
    synchronized void changed(String id) {
        changes++;
        recent.remove(id);
    }
}
