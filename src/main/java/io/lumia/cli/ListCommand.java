package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia list}: the certificates that were issued. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists certificates.",
        exitCodeListHeading = "Exit codes: 0 done, 1 failed, 2 usage%n")
public final class ListCommand implements Callable<Integer> {
    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(
            names = "--history",
            paramLabel = "NAME",
            description = "Tells all that happened to a name or serial instead: who asked, from where, what came of it")
    private @Nullable String history;

    @Option(names = "--query", paramLabel = "TEXT", description = "Part of identity or serial")
    private String query = "";

    @Option(names = "--status", paramLabel = "STATUS", description = "active, expired or revoked; default: all")
    private String status = "";

    @Option(names = "--expires-before", paramLabel = "TIME", description = "As 2030-01-31T12:00:00Z; default: whenever")
    private String expiresBefore = "";

    @Option(names = "--expires-after", paramLabel = "TIME", description = "That moment included; default: whenever")
    private String expiresAfter = "";

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            description = "issued: newest first; expiry: soonest first; default: ${DEFAULT-VALUE}")
    private String sort = "issued";

    @Option(names = "--page", paramLabel = "N", description = "From 0; default: ${DEFAULT-VALUE}")
    private int page = 0;

    @Option(names = "--size", paramLabel = "N", description = "Entries of a page, 1 to 1000; default: ${DEFAULT-VALUE}")
    private int size = 50;

    @Override
    public Integer call() {
        var name = history;
        if (name != null) {
            return admin.run(client -> client.get(HistoryTable.path(name)), HistoryTable::print);
        }
        if (!status.matches("|active|expired|revoked")) {
            throw admin.usage("--status must be active, expired or revoked, is '" + status + "'");
        }
        var path = "/certificates?query=" + AdminClient.encoded(query) + "&status=" + status + "&page=" + page
                + "&size=" + size + "&sort=" + AdminClient.encoded(sort) + "&expiresBefore="
                + AdminClient.encoded(expiresBefore) + "&expiresAfter=" + AdminClient.encoded(expiresAfter);
        return admin.run(client -> client.get(path), ListCommand::print);
    }

    private static void print(JsonNode answer, PrintWriter out) {
        var table = new Table("SERIAL", "IDENTITY", "PROFILE", "STATUS", "NOT AFTER", "VIA");
        for (JsonNode certificate : answer.path("certificates")) {
            table.row(
                    certificate.path("serial").asText(),
                    certificate.path("identity").asText(),
                    certificate.path("profile").asText(),
                    certificate.path("status").asText(),
                    certificate.path("notAfter").asText(),
                    certificate.path("via").asText());
        }
        table.print(out);
        out.println(Pages.summary(answer, answer.path("certificates").size(), "certificate")
                + (answer.path("complete").asBoolean()
                        ? ""
                        : "; there may be more: give the beginning of an identity or serial"));
    }
}
