package io.lumia.store;

import io.lumia.config.StoreConfig.Retention;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the store forgets besides certificates: rules of one statement each, which deletes a limited number of rows. */
enum Purge {
    CHALLENGES("challenges", """
            delete from acme_challenges where authorization_id in (
              select a.id from acme_authorizations a where a.order_id in (
                select id from acme_orders where kept_until < :orders order by kept_until limit :most))
            """),
    AUTHORIZATIONS("authorizations", """
            delete from acme_authorizations where order_id in (
              select id from acme_orders where kept_until < :orders order by kept_until limit :most)
            """),
    ORDERS("orders", """
            delete from acme_orders where id in (
              select id from acme_orders where kept_until < :orders order by kept_until limit :most)
            """),
    ACCOUNTS("accounts", """
            delete from acme_accounts where id in (
              select id from acme_accounts a where deactivated_at < :accounts
              and not exists (select 1 from acme_orders o where o.account = a.id)
              order by deactivated_at limit :most)
            """),
    /** Used ones whose account is gone, and those that nobody used. */
    EXTERNAL_KEYS("external_keys", """
            delete from acme_external_keys where id in (
              select id from acme_external_keys e
              where (account is null and created_at < :externalKeys)
              or (account is not null and not exists (select 1 from acme_accounts a where a.id = e.account))
              limit :most)
            """),
    STEP_TOKENS("step_tokens", """
            delete from step_tokens where id in (select id from step_tokens where expires_at < :now order by expires_at limit :most)
            """),
    RATE_LIMITS("rate_limits", """
            delete from rate_limits where name in (select name from rate_limits where free_at < :now order by free_at limit :most)
            """),
    WEB_SESSIONS("web_sessions", """
            delete from web_sessions where hash in (select hash from web_sessions where ends < :now order by ends limit :most)
            """);

    /** A batch of this size takes a few milliseconds: no write that waits behind it notices. */
    static final int MOST_AT_ONCE = 250;

    /** Belong together: an order goes with its proofs, in one transaction. */
    static final List<List<Purge>> STEPS = List.of(
            List.of(CHALLENGES, AUTHORIZATIONS, ORDERS),
            List.of(ACCOUNTS),
            List.of(EXTERNAL_KEYS),
            List.of(STEP_TOKENS),
            List.of(RATE_LIMITS),
            List.of(WEB_SESSIONS));

    private final String label;
    private final String statement;

    Purge(String label, String statement) {
        this.label = label;
        this.statement = statement;
    }

    /** As metrics name it. */
    String label() {
        return label;
    }

    String statement() {
        return statement;
    }

    /** Deletes a batch of what is over. @return how many rows */
    int run(Handle handle, Retention kept, Instant now) {
        try (var update = handle.createUpdate(statement)) {
            return update.bind("orders", now.minus(kept.orders()).toEpochMilli())
                    .bind("accounts", now.minus(kept.accounts()).toEpochMilli())
                    .bind("externalKeys", now.minus(kept.externalKeys()).toEpochMilli())
                    .bind("now", now.toEpochMilli())
                    .bind("most", MOST_AT_ONCE)
                    .execute();
        }
    }
}
