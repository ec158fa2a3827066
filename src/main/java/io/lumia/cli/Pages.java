package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What stands below a table that may go on on another page. */
final class Pages {
    private Pages() {}

    static String summary(JsonNode answer, int shown, String noun) {
        long total = answer.path("total").asLong();
        var nouns = total == 1 ? noun : noun + "s";
        return shown == total
                ? total + " " + nouns
                : shown + " of " + total + " " + nouns + ", page "
                        + answer.path("page").asInt() + "; --page shows another";
    }
}
