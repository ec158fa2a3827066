package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AccountSummary;
import io.lumia.bus.FleetBus.ListAccounts;
import io.lumia.bus.FleetBus.ListOrders;
import io.lumia.bus.FleetBus.OrderSummary;
import io.lumia.x509.Printable;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /ca/orders} and {@code /ca/accounts}: what the ACME server keeps. */
final class AcmeApi {
    private static final int LONGEST_QUERY = 200;
    private static final List<String> ORDER_STATES = List.of("pending", "ready", "processing", "valid", "invalid");
    private static final List<String> ACCOUNT_STATES = List.of("valid", "deactivated");

    void mount(ApiRoutes api) {
        api.get("/ca/orders", Role.VIEWER, this::orders);
        api.get("/ca/accounts", Role.VIEWER, this::accounts);
    }

    private record OrderView(
            String id,
            String account,
            List<String> identifiers,
            String status,
            String createdAt,
            String expires,
            @Nullable String problem,
            @Nullable String serial) {
        static OrderView of(OrderSummary order) {
            var serial = order.serial();
            return new OrderView(
                    order.id(),
                    order.account(),
                    order.identifiers(),
                    order.status(),
                    order.createdAt().toString(),
                    order.expires().toString(),
                    order.problem(),
                    serial == null ? null : serial.toString());
        }
    }

    private record OrdersView(List<OrderView> orders, long total, boolean complete, int page, int size) {}

    private record AccountView(
            String id, String provisioner, String thumbprint, List<String> contacts, String status, String createdAt) {
        static AccountView of(AccountSummary account) {
            return new AccountView(
                    account.id(),
                    account.provisioner(),
                    account.thumbprint(),
                    account.contacts(),
                    account.status(),
                    account.createdAt().toString());
        }
    }

    private record AccountsView(List<AccountView> accounts, long total, boolean complete, int page, int size) {}

    private void orders(RoutingContext context) {
        var wanted = new ListOrders(
                query(context), status(context, ORDER_STATES), Answers.page(context), Answers.size(context));
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.LIST_ORDERS, wanted, "authority")
                        .map(found -> new OrdersView(
                                found.orders().stream().map(OrderView::of).toList(),
                                found.total(),
                                found.complete(),
                                found.page(),
                                found.size())));
    }

    private void accounts(RoutingContext context) {
        var wanted = new ListAccounts(
                query(context), status(context, ACCOUNT_STATES), Answers.page(context), Answers.size(context));
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.LIST_ACCOUNTS, wanted, "authority")
                        .map(found -> new AccountsView(
                                found.accounts().stream().map(AccountView::of).toList(),
                                found.total(),
                                found.complete(),
                                found.page(),
                                found.size())));
    }

    private static String query(RoutingContext context) {
        var query = Answers.parameter(context, "query").orElse("");
        if (query.length() > LONGEST_QUERY) {
            throw Rejected.badRequest("the parameter 'query' is longer than " + LONGEST_QUERY + " characters");
        }
        return query;
    }

    private static String status(RoutingContext context, List<String> known) {
        var status = Answers.parameter(context, "status").orElse("");
        if (!status.isEmpty() && !known.contains(status)) {
            throw Rejected.badRequest("the parameter 'status' must be one of " + String.join(", ", known) + ", is "
                    + Printable.quoted(status));
        }
        return status;
    }
}
