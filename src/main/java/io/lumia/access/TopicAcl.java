package io.lumia.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Who may publish and subscribe to what: each device and site to its own topics, and what the rules add. What no rule allows is denied. */
public final class TopicAcl {
    private final List<Rule> rules;
    private final MosquittoAcl file;

    /**
     * What an identity may do.
     *
     * @param identity a name, or {@code *} for every identity
     * @param publish topic filters; {@code %c} stands for the client id, {@code %u} for the identity
     * @param subscribe likewise
     */
    public record Rule(String identity, List<String> publish, List<String> subscribe) {
        /** @throws IllegalArgumentException naming the filter that is none */
        public Rule {
            publish = List.copyOf(publish);
            subscribe = List.copyOf(subscribe);
            for (String filter :
                    Stream.concat(publish.stream(), subscribe.stream()).toList()) {
                try {
                    var unused = TopicFilter.parse(filter.replace("%c", "c").replace("%u", "u"));
                } catch (IllegalArgumentException invalid) {
                    throw new IllegalArgumentException(
                            "rule for '" + identity + "' has '" + filter + "': " + invalid.getMessage(), invalid);
                }
            }
        }
    }

    public TopicAcl(List<Rule> rules) {
        this(rules, MosquittoAcl.NONE);
    }

    /** @param file what it denies is denied whatever the rules say */
    public TopicAcl(List<Rule> rules, MosquittoAcl file) {
        this.rules = List.copyOf(rules);
        this.file = file;
    }

    /** The topics that are its own by its standing, and what the rules add. */
    public TopicRights rights(Standing standing, String identity, String clientId) {
        var publish = new ArrayList<TopicFilter>();
        var subscribe = new ArrayList<TopicFilter>();
        if (!standing.own().isEmpty()) {
            add(publish, standing.own(), identity, clientId);
            add(subscribe, standing.own(), identity, clientId);
        }
        for (Rule rule : rules) {
            if (rule.identity.equals("*") || rule.identity.equals(identity)) {
                rule.publish.forEach(filter -> add(publish, filter, identity, clientId));
                rule.subscribe.forEach(filter -> add(subscribe, filter, identity, clientId));
            }
        }
        return new TopicRights(publish, subscribe, file.sections(identity, clientId));
    }

    private static void add(List<TopicFilter> filters, String pattern, String identity, String clientId) {
        filled(pattern, identity, clientId).ifPresent(filters::add);
    }

    /** A value that brings wildcards or levels of its own would widen the rule: such a filter is left out. */
    static Optional<TopicFilter> filled(String pattern, String identity, String clientId) {
        boolean tampered =
                (pattern.contains("%c") && !isOneLevel(clientId)) || (pattern.contains("%u") && !isOneLevel(identity));
        return tampered ? Optional.empty() : Optional.of(TopicFilter.parse(substituted(pattern, identity, clientId)));
    }

    /** In one pass, so that a client id {@code %u} stays what it is. */
    private static String substituted(String pattern, String identity, String clientId) {
        var text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.startsWith("%c", i)) {
                text.append(clientId);
                i++;
            } else if (pattern.startsWith("%u", i)) {
                text.append(identity);
                i++;
            } else {
                text.append(pattern.charAt(i));
            }
        }
        return text.toString();
    }

    private static boolean isOneLevel(String value) {
        return !value.isEmpty()
                && value.length() < 10_000
                && value.chars().noneMatch(c -> c == '+' || c == '#' || c == '/' || c == 0);
    }
}
