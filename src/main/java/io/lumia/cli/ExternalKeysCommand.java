package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia ca eab}: keys for external account binding (RFC 8555, 7.3.4). */
@Command(
        name = "eab",
        mixinStandardHelpOptions = true,
        description = "Keys that let new ACME accounts in (external account binding).",
        subcommands = {
            ExternalKeysCommand.Add.class,
            ExternalKeysCommand.ListKeys.class,
            ExternalKeysCommand.Remove.class
        })
final class ExternalKeysCommand {

    /** {@code lumia ca eab add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Makes a key for one new account; its secret is shown this once.")
    static final class Add implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Option(names = "--provisioner", paramLabel = "NAME", description = "Default: ${DEFAULT-VALUE}")
        private String provisioner = "acme";

        @Option(names = "--label", paramLabel = "TEXT", description = "What it is for")
        private String label = "";

        @Override
        public Integer call() {
            var body = AdminClient.JSON
                    .createObjectNode()
                    .put("provisioner", provisioner)
                    .put("label", label);
            return admin.run(client -> client.send("POST", "/ca/eab", body), Add::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            out.println("key id    " + answer.path("id").asText());
            out.println("hmac key  " + answer.path("hmacKey").asText());
            out.println("Good for one account of " + answer.path("provisioner").asText()
                    + "; the hmac key is not shown again.");
        }
    }

    /** {@code lumia ca eab list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the keys and who used them.")
    static final class ListKeys implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.get("/ca/eab"), ListKeys::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("KEY ID", "PROVISIONER", "LABEL", "CREATED", "ACCOUNT", "BOUND");
            for (JsonNode key : answer.path("keys")) {
                table.row(
                        key.path("id").asText(),
                        key.path("provisioner").asText(),
                        key.path("label").asText(),
                        key.path("createdAt").asText(),
                        orDash(key.path("account")),
                        orDash(key.path("boundAt")));
            }
            table.print(out);
        }

        private static String orDash(JsonNode value) {
            return value.isTextual() ? value.textValue() : "-";
        }
    }

    /** {@code lumia ca eab remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes a key; an account that was made with it stays.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "KEY-ID", description = "As lumia ca eab list shows it")
        private String id = "";

        @Override
        public Integer call() {
            return admin.run(
                    client -> client.delete("/ca/eab/" + AdminClient.encoded(id)),
                    (answer, out) ->
                            out.println("removed " + answer.path("removed").asText()));
        }
    }
}
