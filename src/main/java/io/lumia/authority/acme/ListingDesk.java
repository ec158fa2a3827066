package io.lumia.authority.acme;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AccountPage;
import io.lumia.bus.FleetBus.AccountSummary;
import io.lumia.bus.FleetBus.ListAccounts;
import io.lumia.bus.FleetBus.ListOrders;
import io.lumia.bus.FleetBus.OrderPage;
import io.lumia.bus.FleetBus.OrderSummary;
import io.lumia.store.Store;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Where operators look up orders and accounts. An id, serial or account is found by its index, however old; anything else is searched among the
 * newest ones alone, so that a question costs the same however many there are.
 */
final class ListingDesk {
    private static final int MOST_SEARCHED = 20_000;
    private static final int LARGEST_PAGE = 1000;

    /** RFC 8555, 7.1.6, as {@link OrderState} has it. */
    private static final String ORDERS = """
            with searched as (
              select o.id, o.account, o.identifiers, o.created_at, o.expires_at, o.error, o.serial, case
                when o.serial is not null then 'valid'
                when o.error_type is not null or o.expires_at < :now
                  or exists (select 1 from acme_authorizations a where a.order_id = o.id and a.status not in ('PENDING', 'VALID'))
                  then 'invalid'
                when exists (select 1 from acme_authorizations a where a.order_id = o.id and a.status = 'PENDING') then 'pending'
                when o.finalizing >= :now then 'processing'
                else 'ready' end as status
              from acme_orders o where o.id in (
                select id from (select id from acme_orders order by created_at desc, id desc limit :searched) newest
                where :query = '' or :part
                union select id from acme_orders where id = :query
                union select id from acme_orders where serial = :query
                union select id from (
                  select id from acme_orders where account = :query order by created_at desc limit :searched) own))
            """;

    private static final String ACCOUNTS = """
            with searched as (
              select id, provisioner, thumbprint, contacts, lower(status) as status, created_at
              from acme_accounts where id in (
                select id from (
                  select id, contacts, provisioner, thumbprint from acme_accounts order by created_at desc, id desc limit :searched) newest
                where :query = '' or provisioner = :query or thumbprint = :query or instr(contacts, :query) > 0
                union select id from acme_accounts where id = :query))
            """;

    private static final String PAGE = """
            select * from searched where (:status = '' or status = :status)
            order by created_at desc, id desc limit :size offset :skipped
            """;

    private static final String TOTAL = "select count(*) from searched where (:status = '' or status = :status)";

    private final Vertx vertx;
    private final Store store;
    private final Clock clock;

    ListingDesk(Vertx vertx, Store store, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.clock = clock;
    }

    /** Answers on the bus; completes once it does. */
    Future<?> open() {
        return Future.all(
                FleetBus.LIST_ORDERS.serve(vertx, this::orders), FleetBus.LIST_ACCOUNTS.serve(vertx, this::accounts));
    }

    private record Search(String query, String status, int page, int size, Instant now) {
        Search {
            query = query.strip();
            status = status.toLowerCase(Locale.ROOT);
            page = Math.max(0, page);
            size = Math.min(LARGEST_PAGE, Math.max(1, size));
        }

        long total(Handle handle, String searched) {
            return handle.createQuery(searched + TOTAL)
                    .bind("searched", MOST_SEARCHED)
                    .bind("now", now.toEpochMilli())
                    .bind("query", query)
                    .bind("status", status)
                    .mapTo(Long.class)
                    .one();
        }

        org.jdbi.v3.core.statement.Query page(Handle handle, String searched) {
            return handle.createQuery(searched + PAGE)
                    .bind("searched", MOST_SEARCHED)
                    .bind("now", now.toEpochMilli())
                    .bind("query", query)
                    .bind("status", status)
                    .bind("size", size)
                    .bind("skipped", (long) page * size);
        }
    }

    private Future<OrderPage> orders(ListOrders asked) {
        var search = new Search(asked.query(), asked.status(), asked.page(), asked.size(), clock.instant());
        // the identifiers lie in the rows, which are wide: only a search for a part of one reads them
        var sql = search.query.isEmpty()
                ? ORDERS.replace(":part", "1 = 1")
                : ORDERS.replace("select id from (select id from", "select id from (select id, identifiers from")
                        .replace(":part", "instr(identifiers, :query) > 0");
        return store.read(handle -> new OrderPage(
                search.page(handle, sql).map(ListingDesk::order).list(),
                search.total(handle, sql),
                number(handle, "acme_orders") <= MOST_SEARCHED,
                search.page,
                search.size));
    }

    private Future<AccountPage> accounts(ListAccounts asked) {
        var search = new Search(asked.query(), asked.status(), asked.page(), asked.size(), clock.instant());
        return store.read(handle -> new AccountPage(
                search.page(handle, ACCOUNTS).map(ListingDesk::account).list(),
                search.total(handle, ACCOUNTS),
                number(handle, "acme_accounts") <= MOST_SEARCHED,
                search.page,
                search.size));
    }

    private static long number(Handle handle, String table) {
        return handle.createQuery(
                        "select count(*) from (select 1 from " + table + " limit " + (MOST_SEARCHED + 1) + ") counted")
                .mapTo(Long.class)
                .one();
    }

    private static OrderSummary order(ResultSet row, StatementContext context) throws SQLException {
        var serial = row.getString("serial");
        return new OrderSummary(
                row.getString("id"),
                row.getString("account"),
                List.of(row.getString("identifiers").split(" ")),
                row.getString("status"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("expires_at")),
                row.getString("error"),
                serial == null ? null : SerialNumber.parse(serial));
    }

    private static AccountSummary account(ResultSet row, StatementContext context) throws SQLException {
        var contacts = row.getString("contacts");
        return new AccountSummary(
                row.getString("id"),
                row.getString("provisioner"),
                row.getString("thumbprint"),
                contacts.isEmpty() ? List.of() : List.of(contacts.split(" ")),
                row.getString("status"),
                Instant.ofEpochMilli(row.getLong("created_at")));
    }
}
