package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.regex.Pattern;

/** A server's address, {@code HOST:PORT}; IPv6 literals in brackets. */
public record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):(\\d{1,5})");

    public HostPort {
        Check.that(port > 0 && port <= 65535, "the port must be from 1 to 65535, is " + port);
    }

    /** @throws IllegalArgumentException when the text is not HOST:PORT */
    @JsonCreator
    public static HostPort parse(String text) {
        var parts = FORM.matcher(text);
        Check.that(parts.matches(), "expected HOST:PORT, is '" + text + "'");
        return new HostPort(parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2)));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
