package io.lumia.authority.acme;

import io.lumia.authority.acme.Account.Status;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Table {@code acme_accounts}. */
final class AccountRows {
    private AccountRows() {}

    /** Keeps a new one; another with the same key in the provisioner stays as it is. @return the one that is there now */
    static Account insert(Handle handle, Account account, Instant now) {
        handle.createUpdate("""
                        insert into acme_accounts (id, provisioner, thumbprint, jwk, contacts, status, created_at)
                        values (:id, :provisioner, :thumbprint, :jwk, :contacts, :status, :now)
                        on conflict (provisioner, thumbprint) do nothing
                        """)
                .bind("id", account.id())
                .bind("provisioner", account.provisioner())
                .bind("thumbprint", account.thumbprint())
                .bind("jwk", account.jwk())
                .bind("contacts", String.join(" ", account.contacts()))
                .bind("status", account.status().name())
                .bind("now", now.toEpochMilli())
                .execute();
        return withKey(handle, account.provisioner(), account.thumbprint()).orElseThrow();
    }

    /** What work holds that gives the key to an account. */
    static String held(String provisioner, String thumbprint) {
        return "account key:" + provisioner + " " + thumbprint;
    }

    static Optional<Account> find(Handle handle, String provisioner, String id) {
        return handle.createQuery("select * from acme_accounts where id = :id and provisioner = :provisioner")
                .bind("id", id)
                .bind("provisioner", provisioner)
                .map(AccountRows::account)
                .findOne();
    }

    static Optional<Account> withKey(Handle handle, String provisioner, String thumbprint) {
        return handle.createQuery(
                        "select * from acme_accounts where provisioner = :provisioner and thumbprint = :thumbprint")
                .bind("provisioner", provisioner)
                .bind("thumbprint", thumbprint)
                .map(AccountRows::account)
                .findOne();
    }

    static void changeContacts(Handle handle, String id, List<String> contacts) {
        handle.createUpdate("update acme_accounts set contacts = :contacts where id = :id")
                .bind("id", id)
                .bind("contacts", String.join(" ", contacts))
                .execute();
    }

    /** To be called after no other account was found to have the key. */
    static void changeKey(Handle handle, String id, AccountKey key) {
        handle.createUpdate("update acme_accounts set thumbprint = :thumbprint, jwk = :jwk where id = :id")
                .bind("id", id)
                .bind("thumbprint", key.thumbprint())
                .bind("jwk", key.json())
                .execute();
    }

    static void deactivate(Handle handle, String id, Instant now) {
        handle.createUpdate("update acme_accounts set status = 'DEACTIVATED', deactivated_at = :now where id = :id")
                .bind("id", id)
                .bind("now", now.toEpochMilli())
                .execute();
    }

    private static Account account(ResultSet row, StatementContext context) throws SQLException {
        var contacts = row.getString("contacts");
        return new Account(
                row.getString("id"),
                row.getString("provisioner"),
                row.getString("thumbprint"),
                row.getString("jwk"),
                contacts.isEmpty() ? List.of() : List.of(contacts.split(" ")),
                Status.valueOf(row.getString("status")));
    }
}
