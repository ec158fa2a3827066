package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia audit}: who did what. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Searches, exports and verifies the audit log.",
        subcommands = {AuditCommand.Search.class, AuditCommand.Export.class, AuditVerifyCommand.class})
public final class AuditCommand {
    /** What is searched for. */
    static final class Filter {
        @Option(names = "--query", paramLabel = "TEXT", description = "Part of any member")
        private @Nullable String query;

        @Option(
                names = "--subject",
                paramLabel = "NAME",
                description = "What it is about, whole: a device, an identity, a serial")
        private @Nullable String subject;

        @Option(names = "--actor", paramLabel = "NAME", description = "Who did it, whole")
        private @Nullable String actor;

        @Option(
                names = "--action",
                paramLabel = "ACTION",
                description = "Such as certificate.revoke; certificate. with its dot means all that begin so")
        private @Nullable String action;

        @Option(names = "--object", paramLabel = "NAME", description = "What it was done to, whole")
        private @Nullable String object;

        @Option(names = "--outcome", paramLabel = "OUTCOME", description = "ok, refused or failed")
        private @Nullable String outcome;

        @Option(
                names = "--correlation",
                paramLabel = "ID",
                description = "Everything that came of one request or order")
        private @Nullable String correlation;

        @Option(names = "--from", paramLabel = "TIME", description = "As 2030-01-31T12:00:00Z, that moment included")
        private @Nullable String from;

        @Option(names = "--to", paramLabel = "TIME", description = "That moment excluded")
        private @Nullable String to;

        String parameters() {
            var given = new ArrayList<String>();
            add(given, "query", query);
            add(given, "subject", subject);
            add(given, "actor", actor);
            add(given, "action", action);
            add(given, "object", object);
            add(given, "outcome", outcome);
            add(given, "correlation", correlation);
            add(given, "from", from);
            add(given, "to", to);
            return String.join("", given);
        }

        private static void add(List<String> to, String name, @Nullable String value) {
            if (value != null) {
                to.add("&" + name + "=" + AdminClient.encoded(value));
            }
        }
    }

    /** {@code lumia audit list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists acts, newest first.",
            exitCodeListHeading = "Exit codes: 0 done, 1 failed, 2 usage%n")
    static final class Search implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Filter filter = new Filter();

        @Option(names = "--page", paramLabel = "N", description = "From 0; default: ${DEFAULT-VALUE}")
        private int page = 0;

        @Option(
                names = "--size",
                paramLabel = "N",
                description = "Acts of a page, 1 to 1000; default: ${DEFAULT-VALUE}")
        private int size = 50;

        @Override
        public Integer call() {
            var path = "/audit?page=" + page + "&size=" + size + filter.parameters();
            return admin.run(client -> client.get(path), Search::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("AT", "ACTOR", "ACTION", "OBJECT", "OUTCOME", "FROM", "DETAILS");
            for (JsonNode act : answer.path("entries")) {
                table.row(
                        HistoryTable.seconds(act.path("at").asText()),
                        act.path("actor").asText(),
                        act.path("action").asText(),
                        act.path("object").asText(),
                        act.path("outcome").asText(),
                        act.path("address").asText("-"),
                        details(act.path("details")));
            }
            table.print(out);
            out.println(answer.path("entries").size() + " acts"
                    + (answer.path("more").asBoolean()
                            ? "; there are more: --page shows another, 'audit export' all"
                            : "")
                    + (answer.path("current").asBoolean() ? "" : "; the index is being made, so newer ones may lack"));
        }
    }

    static String details(JsonNode details) {
        var text = new StringBuilder();
        details.properties()
                .forEach(detail -> text.append(text.isEmpty() ? "" : " ")
                        .append(detail.getKey())
                        .append('=')
                        .append(detail.getValue().asText()));
        return text.toString();
    }

    /** {@code lumia audit export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Writes all acts that match to a file or to standard output.",
            exitCodeListHeading = "Exit codes: 0 done, 1 failed, 2 usage%n")
    static final class Export implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Filter filter = new Filter();

        @Option(names = "--format", paramLabel = "FORMAT", description = "csv or jsonl; default: ${DEFAULT-VALUE}")
        private String format = "jsonl";

        @Option(names = "--out", paramLabel = "FILE", description = "Default: standard output")
        private @Nullable Path file;

        @Override
        public Integer call() {
            if (!format.matches("csv|jsonl")) {
                throw admin.usage("--format must be csv or jsonl, is '" + format + "'");
            }
            return admin.copy("/audit?format=" + format + filter.parameters(), file);
        }
    }
}
