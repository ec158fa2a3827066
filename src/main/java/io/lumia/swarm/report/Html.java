package io.lumia.swarm.report;

import java.util.List;

/** Text for a page; whatever comes from outside goes through {@link #escape}. */
final class Html {
    private Html() {}

    /** For text and for attributes in double quotes. */
    static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            switch (each) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(each);
            }
        }
        return escaped.toString();
    }

    /** @param rows of the same length as the heads; the first cell of each is its head */
    static String table(String caption, List<String> heads, List<List<String>> rows) {
        var table =
                new StringBuilder("<table><caption>").append(escape(caption)).append("</caption><thead><tr>");
        heads.forEach(
                head -> table.append("<th scope=\"col\">").append(escape(head)).append("</th>"));
        table.append("</tr></thead><tbody>");
        for (List<String> row : rows) {
            table.append("<tr><th scope=\"row\">").append(escape(row.get(0))).append("</th>");
            row.subList(1, row.size())
                    .forEach(cell -> table.append("<td>").append(escape(cell)).append("</td>"));
            table.append("</tr>");
        }
        return table.append("</tbody></table>\n").toString();
    }
}
