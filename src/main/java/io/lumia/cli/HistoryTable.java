package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;

/** The story of an identity or certificate, as a table. */
final class HistoryTable {
    /** Names of the fleet are shorter, or have other characters. */
    private static final String SERIAL = "[0-9a-fA-F:]{30,60}";

    private HistoryTable() {}

    static String path(String name) {
        return name.matches(SERIAL)
                ? "/certificates/" + name.replace(":", "").toLowerCase(Locale.ROOT) + "/history"
                : "/history/" + AdminClient.encoded(name);
    }

    static void print(JsonNode answer, PrintWriter out) {
        var table = new Table("AT", "WHAT", "WHO", "FROM", "SERIAL");
        for (JsonNode event : answer.path("events")) {
            table.row(
                    seconds(event.path("at").asText()),
                    event.path("what").asText(),
                    event.path("actor").asText("-"),
                    event.path("address").asText("-"),
                    event.path("serial").asText("-"));
        }
        table.print(out);
        out.println(answer.path("certificates").size() + " certificates, "
                + answer.path("events").size() + " events"
                + (answer.path("complete").asBoolean() ? "" : "; older ones: lumia audit list --subject NAME"));
    }

    static String seconds(String at) {
        return at.replaceFirst("\\.[0-9]+Z$", "Z");
    }
}
