package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Where the nodes of one service listen, in the order in which they are tried: {@code https://HOST:PORT}, several with commas between. */
public record NodeAddresses(List<URI> all) {
    public NodeAddresses {
        all = List.copyOf(all);
    }

    /** @throws IllegalArgumentException when the text names no address, or one that is no web address */
    @JsonCreator
    public static NodeAddresses parse(String text) {
        var all = Arrays.stream(text.strip().split("\\s*,\\s*"))
                .map(NodeAddresses::web)
                .toList();
        return new NodeAddresses(all);
    }

    private static URI web(String text) {
        var uri = URI.create(text);
        Check.that(
                uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())),
                "expected http or https addresses, is '" + text + "'");
        return uri;
    }

    @Override
    public String toString() {
        return all.stream().map(URI::toString).collect(Collectors.joining(", "));
    }
}
