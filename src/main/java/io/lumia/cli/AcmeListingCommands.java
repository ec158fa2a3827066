package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca orders} and {@code lumia ca accounts}: what the ACME server keeps. */
final class AcmeListingCommands {
    private AcmeListingCommands() {}

    /** Which page of what. */
    static final class Search {
        @Option(
                names = "--query",
                paramLabel = "TEXT",
                description = "Id, serial, account, or part of a name or contact")
        private String query = "";

        @Option(names = "--status", paramLabel = "STATUS", description = "As RFC 8555 calls it; default: all")
        private String status = "";

        @Option(names = "--page", paramLabel = "N", description = "From 0; default: ${DEFAULT-VALUE}")
        private int page = 0;

        @Option(
                names = "--size",
                paramLabel = "N",
                description = "Entries of a page, 1 to 1000; default: ${DEFAULT-VALUE}")
        private int size = 50;

        String of(String path) {
            return path + "?query=" + AdminClient.encoded(query) + "&status=" + AdminClient.encoded(status) + "&page="
                    + page + "&size=" + size;
        }
    }

    /** {@code lumia ca orders}. */
    @Command(name = "orders", mixinStandardHelpOptions = true, description = "Lists ACME orders, newest first.")
    static final class Orders implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Search search = new Search();

        @Override
        public Integer call() {
            return admin.run(client -> client.get(search.of("/ca/orders")), Orders::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("ORDER", "ACCOUNT", "STATUS", "CREATED", "SERIAL", "NAMES");
            for (JsonNode order : answer.path("orders")) {
                table.row(
                        order.path("id").asText(),
                        order.path("account").asText(),
                        order.path("status").asText(),
                        order.path("createdAt").asText(),
                        order.path("serial").isTextual() ? order.path("serial").asText() : "-",
                        joined(order.path("identifiers")));
            }
            table.print(out);
            summary(answer, answer.path("orders").size(), "order", out);
        }
    }

    /** {@code lumia ca accounts}. */
    @Command(name = "accounts", mixinStandardHelpOptions = true, description = "Lists ACME accounts, newest first.")
    static final class Accounts implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Search search = new Search();

        @Override
        public Integer call() {
            return admin.run(client -> client.get(search.of("/ca/accounts")), Accounts::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("ACCOUNT", "PROVISIONER", "STATUS", "CREATED", "CONTACTS");
            for (JsonNode account : answer.path("accounts")) {
                table.row(
                        account.path("id").asText(),
                        account.path("provisioner").asText(),
                        account.path("status").asText(),
                        account.path("createdAt").asText(),
                        joined(account.path("contacts")));
            }
            table.print(out);
            summary(answer, answer.path("accounts").size(), "account", out);
        }
    }

    private static void summary(JsonNode answer, int shown, String noun, PrintWriter out) {
        out.println(Pages.summary(answer, shown, noun)
                + (answer.path("complete").asBoolean() ? "" : " of the newest; older ones by id, serial or account"));
    }

    private static String joined(JsonNode texts) {
        var all = new ArrayList<String>();
        texts.forEach(text -> all.add(text.asText()));
        return all.isEmpty() ? "-" : String.join(" ", all);
    }
}
