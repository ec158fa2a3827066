package io.lumia.authority.acme;

import io.lumia.authority.acme.Authorization.Challenge;
import io.lumia.authority.acme.Authorization.ChallengeStatus;
import io.lumia.authority.acme.Authorization.Status;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Tables {@code acme_authorizations} and {@code acme_challenges}. */
final class AuthorizationRows {
    private static final String WITH_ACCOUNT = """
            select a.*, k.thumbprint, k.provisioner from acme_authorizations a join acme_accounts k on k.id = a.account
            """;

    private AuthorizationRows() {}

    static void insert(Handle handle, Authorization authorization) {
        handle.createUpdate("""
                        insert into acme_authorizations (id, order_id, account, identifier, status, expires_at)
                        values (:id, :order, :account, :identifier, :status, :expires)
                        """)
                .bind("id", authorization.id())
                .bind("order", authorization.order())
                .bind("account", authorization.account())
                .bind("identifier", authorization.identifier())
                .bind("status", authorization.stored().name())
                .bind("expires", authorization.expires().toEpochMilli())
                .execute();
        for (Challenge challenge : authorization.challenges()) {
            handle.createUpdate("""
                            insert into acme_challenges (id, authorization_id, type, token, status)
                            values (:id, :authorization, :type, :token, :status)
                            """)
                    .bind("id", challenge.id())
                    .bind("authorization", authorization.id())
                    .bind("type", challenge.type().label())
                    .bind("token", challenge.token())
                    .bind("status", column(challenge.status()))
                    .execute();
        }
    }

    static Optional<Authorization> find(Handle handle, String id) {
        return handle.createQuery(WITH_ACCOUNT + "where a.id = :id")
                .bind("id", id)
                .map((row, context) -> authorization(row, handle))
                .findOne();
    }

    static Optional<Authorization> ofChallenge(Handle handle, String challenge) {
        return handle.createQuery(WITH_ACCOUNT
                        + "where a.id = (select authorization_id from acme_challenges where id = :challenge)")
                .bind("challenge", challenge)
                .map((row, context) -> authorization(row, handle))
                .findOne();
    }

    static List<Authorization> ofOrder(Handle handle, String order) {
        return handle.createQuery(WITH_ACCOUNT + "where a.order_id = :order order by a.rowid")
                .bind("order", order)
                .map((row, context) -> authorization(row, handle))
                .list();
    }

    /** The names that the account has proven and whose proofs hold; wildcards as they were ordered. */
    static Set<String> validOf(Handle handle, String account, Instant now) {
        return Set.copyOf(handle.createQuery("""
                        select distinct a.identifier from acme_orders o join acme_authorizations a on a.order_id = o.id
                        where o.account = :account and a.status = 'VALID' and a.expires_at >= :now
                        """)
                .bind("account", account)
                .bind("now", now.toEpochMilli())
                .mapTo(String.class)
                .list());
    }

    /** Challenges whose validation a crash interrupted. */
    static List<String> inProgress(Handle handle) {
        return handle.createQuery("select id from acme_challenges where status = 'processing'")
                .mapTo(String.class)
                .list();
    }

    /** @return whether this call did it; false: it was begun before */
    static boolean begin(Handle handle, String challenge, Instant until) {
        return handle.createUpdate("""
                                update acme_challenges set status = 'processing', validating_until = :until
                                where id = :id and status = 'pending'
                                """)
                        .bind("id", challenge)
                        .bind("until", until.toEpochMilli())
                        .execute()
                > 0;
    }

    /** @return whether this call took it over from one who is gone; false: somebody is at work on it, or it is decided */
    static boolean takeOver(Handle handle, String challenge, Instant now, Instant until) {
        return handle.createUpdate("""
                                update acme_challenges set validating_until = :until
                                where id = :id and status = 'processing' and coalesce(validating_until, 0) < :now
                                """)
                        .bind("id", challenge)
                        .bind("now", now.toEpochMilli())
                        .bind("until", until.toEpochMilli())
                        .execute()
                > 0;
    }

    /** Of several who looked at the same challenge the first one decides. */
    static void pass(Handle handle, Authorization authorization, String challenge, Instant now) {
        int passed = handle.createUpdate("""
                        update acme_challenges set status = 'valid', validated_at = :now
                        where id = :id and status = 'processing'
                        """)
                .bind("id", challenge)
                .bind("now", now.toEpochMilli())
                .execute();
        if (passed > 0) {
            change(handle, authorization.id(), Status.VALID);
        }
    }

    static void fail(Handle handle, Authorization authorization, String challenge, Problem problem) {
        int failed = handle.createUpdate("""
                        update acme_challenges set status = 'invalid', error_type = :type, error = :detail
                        where id = :id and status = 'processing'
                        """)
                .bind("id", challenge)
                .bind("type", problem.type())
                .bind("detail", problem.detail())
                .execute();
        if (failed > 0) {
            change(handle, authorization.id(), Status.INVALID);
        }
    }

    /** A decision stands: only a pending authorization passes or fails, and only a live one is deactivated. */
    static void change(Handle handle, String id, Status status) {
        handle.createUpdate("""
                        update acme_authorizations set status = :status
                        where id = :id and (status = 'PENDING' or (status = 'VALID' and :status = 'DEACTIVATED'))
                        """).bind("id", id).bind("status", status.name()).execute();
    }

    private static Authorization authorization(ResultSet row, Handle handle) throws SQLException {
        var id = row.getString("id");
        return new Authorization(
                id,
                row.getString("order_id"),
                row.getString("account"),
                row.getString("thumbprint"),
                row.getString("provisioner"),
                row.getString("identifier"),
                Status.valueOf(row.getString("status")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                handle.createQuery("select * from acme_challenges where authorization_id = :id order by rowid")
                        .bind("id", id)
                        .map(AuthorizationRows::challenge)
                        .list());
    }

    private static Challenge challenge(ResultSet row, StatementContext context) throws SQLException {
        long validating = row.getLong("validating_until");
        var status = ChallengeStatus.valueOf(row.getString("status").toUpperCase(java.util.Locale.ROOT));
        return new Challenge(
                row.getString("id"),
                ChallengeType.of(row.getString("type")),
                row.getString("token"),
                status,
                validating == 0 ? null : Instant.ofEpochMilli(validating),
                status == ChallengeStatus.VALID ? Instant.ofEpochMilli(row.getLong("validated_at")) : null,
                OrderRows.problem(row));
    }

    private static String column(ChallengeStatus status) {
        return status.name().toLowerCase(java.util.Locale.ROOT);
    }
}
