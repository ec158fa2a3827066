package io.lumia.authority.acme;

import io.lumia.bus.FleetBus.ExternalKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Table {@code acme_external_keys}. */
final class ExternalKeyRows {
    private ExternalKeyRows() {}

    static void insert(Handle handle, ExternalKey key, String hmacKey) {
        handle.createUpdate("""
                        insert into acme_external_keys (id, provisioner, label, hmac_key, created_at)
                        values (:id, :provisioner, :label, :hmacKey, :now)
                        """)
                .bind("id", key.id())
                .bind("provisioner", key.provisioner())
                .bind("label", key.label())
                .bind("hmacKey", hmacKey)
                .bind("now", key.createdAt().toEpochMilli())
                .execute();
    }

    /** Newest first. */
    static List<ExternalKey> all(Handle handle) {
        return handle.createQuery("select * from acme_external_keys order by created_at desc, id")
                .map(ExternalKeyRows::key)
                .list();
    }

    static int count(Handle handle) {
        return handle.createQuery("select count(*) from acme_external_keys")
                .mapTo(Integer.class)
                .one();
    }

    /** The HMAC key of one that no account used yet, base64url. */
    static Optional<String> unused(Handle handle, String provisioner, String id) {
        return handle.createQuery("""
                        select hmac_key from acme_external_keys
                        where id = :id and provisioner = :provisioner and account is null
                        """)
                .bind("id", id)
                .bind("provisioner", provisioner)
                .mapTo(String.class)
                .findOne();
    }

    /** Gives the key to the account and forgets its secret. @return false: another account was first, or it is gone */
    static boolean bind(Handle handle, String id, String account, Instant now) {
        return handle.createUpdate("""
                                update acme_external_keys set account = :account, bound_at = :now, hmac_key = null
                                where id = :id and account is null
                                """)
                        .bind("id", id)
                        .bind("account", account)
                        .bind("now", now.toEpochMilli())
                        .execute()
                > 0;
    }

    /** @return whether it was there */
    static boolean delete(Handle handle, String id) {
        return handle.createUpdate("delete from acme_external_keys where id = :id")
                        .bind("id", id)
                        .execute()
                > 0;
    }

    private static ExternalKey key(ResultSet row, StatementContext context) throws SQLException {
        var account = row.getString("account");
        return new ExternalKey(
                row.getString("id"),
                row.getString("provisioner"),
                row.getString("label"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                account,
                account == null ? null : Instant.ofEpochMilli(row.getLong("bound_at")));
    }
}
