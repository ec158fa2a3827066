package io.lumia.authority.acme;

import io.lumia.x509.CertificateBundle;
import io.lumia.x509.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Table {@code acme_orders}. */
final class OrderRows {
    private OrderRows() {}

    /** An attempt to finalize took so long that its time was over, and another one may be at work or done. */
    static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Overtaken(String id) {
            super("the order " + id + " is not being finalized any more by this attempt");
        }
    }

    static void insert(Handle handle, Order order, Instant now) {
        handle.createUpdate("""
                        insert into acme_orders (id, account, identifiers, created_at, expires_at, kept_until, finalizing, replaces, profile)
                        values (:id, :account, :identifiers, :now, :expires, :expires, 0, :replaces, :profile)
                        """)
                .bind("id", order.id())
                .bind("account", order.account())
                .bind("identifiers", String.join(" ", order.identifiers()))
                .bind("now", now.toEpochMilli())
                .bind("expires", order.expires().toEpochMilli())
                .bind("replaces", order.replaces())
                .bind("profile", order.profile())
                .execute();
        order.authorizations().forEach(authorization -> AuthorizationRows.insert(handle, authorization));
    }

    static Optional<Order> find(Handle handle, String id) {
        return handle.createQuery("select * from acme_orders where id = :id")
                .bind("id", id)
                .map((row, context) -> order(row, AuthorizationRows.ofOrder(handle, id)))
                .findOne();
    }

    /** Newest first, without those that expired. */
    static List<String> ofAccount(Handle handle, String account, Instant now, int skip, int most) {
        return handle.createQuery("""
                        select id from acme_orders where account = :account and expires_at >= :now
                        order by created_at desc, id limit :most offset :skip
                        """)
                .bind("account", account)
                .bind("now", now.toEpochMilli())
                .bind("most", most)
                .bind("skip", skip)
                .mapTo(String.class)
                .list();
    }

    /** Orders of the account that may still come to something. */
    static int unfinished(Handle handle, String account, Instant now) {
        return handle.createQuery("""
                        select count(*) from acme_orders o
                        where account = :account and expires_at >= :now and certificate is null and error_type is null
                        and not exists (select 1 from acme_authorizations a where a.order_id = o.id and a.status = 'INVALID')
                        """)
                .bind("account", account)
                .bind("now", now.toEpochMilli())
                .mapTo(Integer.class)
                .one();
    }

    /** Whether the account got this certificate from us. */
    static boolean issuedTo(Handle handle, String account, SerialNumber serial) {
        return handle.createQuery("select count(*) from acme_orders where serial = :serial and account = :account")
                        .bind("serial", serial.toString())
                        .bind("account", account)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /** Whether an order came to a certificate that takes the place of this one. */
    static boolean isReplaced(Handle handle, String certificateId) {
        return handle.createQuery("select count(*) from acme_orders where replaces = :id and certificate is not null")
                        .bind("id", certificateId)
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /**
     * Begins an attempt, unless there is one whose time is not over. Its end is later than that of every attempt before, so that it names the attempt:
     * one that slept past its end changes nothing any more.
     *
     * @return whether this call did it; false: somebody else was first or it is over
     */
    static boolean beginFinalizing(Handle handle, String id, Instant now, Instant until) {
        return handle.createUpdate("""
                                update acme_orders set finalizing = :until
                                where id = :id and finalizing < :now and certificate is null and error_type is null
                                """)
                        .bind("id", id)
                        .bind("now", now.toEpochMilli())
                        .bind("until", until.toEpochMilli())
                        .execute()
                > 0;
    }

    /** Back to ready: the same order may be finalized again. */
    static void release(Handle handle, String id, Instant attempt) {
        handle.createUpdate("update acme_orders set finalizing = 0 where id = :id and finalizing = :attempt")
                .bind("id", id)
                .bind("attempt", attempt.toEpochMilli())
                .execute();
    }

    /** To be called in the transaction that keeps the certificate; while it lasts, its account may revoke and replace it. */
    static void complete(Handle handle, String id, Instant attempt, CertificateBundle issued) {
        int changed = handle.createUpdate("""
                        update acme_orders set finalizing = 0, serial = :serial, certificate = :certificate,
                          kept_until = case when kept_until < :notAfter then :notAfter else kept_until end
                        where id = :id and finalizing = :attempt and certificate is null
                        """)
                .bind("id", id)
                .bind("attempt", attempt.toEpochMilli())
                .bind("serial", issued.serial().toString())
                .bind("certificate", issued.fullChain())
                .bind("notAfter", issued.validity().notAfter().toEpochMilli())
                .execute();
        if (changed != 1) {
            throw new Overtaken(id);
        }
    }

    static void fail(Handle handle, String id, Instant attempt, Problem problem) {
        handle.createUpdate("""
                        update acme_orders set finalizing = 0, error_type = :type, error = :detail
                        where id = :id and finalizing = :attempt
                        """)
                .bind("id", id)
                .bind("attempt", attempt.toEpochMilli())
                .bind("type", problem.type())
                .bind("detail", problem.detail())
                .execute();
    }

    /** After a crash of the only process nobody signs any more: clients may finalize again. */
    static int releaseAll(Handle handle) {
        return handle.createUpdate("update acme_orders set finalizing = 0 where finalizing > 0")
                .execute();
    }

    private static Order order(ResultSet row, List<Authorization> authorizations) throws SQLException {
        long finalizing = row.getLong("finalizing");
        return new Order(
                row.getString("id"),
                row.getString("account"),
                List.of(row.getString("identifiers").split(" ")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                finalizing == 0 ? null : Instant.ofEpochMilli(finalizing),
                row.getString("replaces"),
                row.getString("profile"),
                problem(row),
                row.getString("certificate"),
                authorizations);
    }

    static @Nullable Problem problem(ResultSet row) throws SQLException {
        var type = row.getString("error_type");
        return type == null ? null : Problem.kept(type, row.getString("error"));
    }
}
