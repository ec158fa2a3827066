package io.lumia.web.gui;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one is in a list, and the ways to its other pages.
 *
 * @param parameters names and values in turn; empty values are left out
 * @param page from 0
 */
record Paging(String path, List<String> parameters, int page, int size, long total) {
    /** {@code 51–100 of 12,000}. */
    String where() {
        if (total == 0) {
            return "none";
        }
        long first = (long) page * size + 1;
        long last = Math.min(total, (long) (page + 1) * size);
        return first > total
                ? "past the last of " + Text.number(total)
                : Text.number(first) + "–" + Text.number(last) + " of " + Text.number(total);
    }

    /** Null on the first page. */
    @Nullable
    String previous() {
        return page == 0 ? null : at(page - 1);
    }

    /** Null on the last page. */
    @Nullable
    String next() {
        return (long) (page + 1) * size >= total ? null : at(page + 1);
    }

    private String at(int other) {
        var address = address(path, parameters);
        return other == 0 ? address : address + (address.contains("?") ? "&" : "?") + "page=" + other;
    }

    static String address(String path, List<String> parameters) {
        var address = new StringBuilder(path);
        char before = '?';
        for (int i = 0; i < parameters.size(); i += 2) {
            if (!parameters.get(i + 1).isEmpty()) {
                address.append(before)
                        .append(parameters.get(i))
                        .append('=')
                        .append(URLEncoder.encode(parameters.get(i + 1), StandardCharsets.UTF_8));
                before = '&';
            }
        }
        return address.toString();
    }
}
