package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.config.Durations;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia tokens}: named tokens of the admin API. */
@Command(
        name = "tokens",
        mixinStandardHelpOptions = true,
        description = "Tokens of the admin API: who may do what, and until when.",
        subcommands = {TokensCommand.Add.class, TokensCommand.ListTokens.class, TokensCommand.Remove.class})
public final class TokensCommand {

    /** {@code lumia tokens add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Makes a token; it is shown this once. With --json: {name, role, token, createdAt, expiresAt}.")
    static final class Add implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "NAME", description = "Of the person or program; stands in the audit log")
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                description = "viewer, operator or admin; default: ${DEFAULT-VALUE}")
        private String role = "viewer";

        @Option(names = "--validity", paramLabel = "DURATION", description = "Such as 30d; default: 90d")
        private @Nullable String validity;

        @Override
        public Integer call() {
            var body = AdminClient.JSON.createObjectNode().put("name", name).put("role", role);
            if (validity != null) {
                body.put("validity", parsed(validity));
            }
            return admin.run(client -> client.send("POST", "/tokens", body), Add::print);
        }

        private String parsed(String duration) {
            try {
                return Durations.text(Durations.parse(duration));
            } catch (IllegalArgumentException malformed) {
                throw admin.usage(String.valueOf(malformed.getMessage()));
            }
        }

        private static void print(JsonNode answer, PrintWriter out) {
            out.println("token  " + answer.path("token").asText());
            out.println("For " + answer.path("name").asText() + " as "
                    + answer.path("role").asText() + " until "
                    + answer.path("expiresAt").asText() + "; it is not shown again.");
        }
    }

    /** {@code lumia tokens list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the tokens and when they were used.")
    static final class ListTokens implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.get("/tokens"), ListTokens::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("NAME", "ROLE", "EXPIRES", "LAST USED", "CREATED", "BY");
            for (JsonNode token : answer.path("tokens")) {
                table.row(
                        token.path("name").asText(),
                        token.path("role").asText(),
                        token.path("expired").asBoolean()
                                ? "expired"
                                : token.path("expiresAt").asText(),
                        token.path("lastUsedAt").isTextual()
                                ? token.path("lastUsedAt").textValue()
                                : "-",
                        token.path("createdAt").asText(),
                        token.path("createdBy").asText());
            }
            table.print(out);
        }
    }

    /** {@code lumia tokens remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes a token, and logs out the browsers that logged in with it.")
    static final class Remove implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "NAME", description = "As lumia tokens list shows it")
        private String name = "";

        @Override
        public Integer call() {
            return admin.run(
                    client -> client.delete("/tokens/" + AdminClient.encoded(name)),
                    (answer, out) ->
                            out.println("removed " + answer.path("removed").asText()));
        }
    }
}
