package io.lumia.access;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Our topic rules in Mosquitto's ACL file format (mosquitto.conf(5), {@code acl_file}). */
public final class MosquittoAclText {
    private static final String OWN = "pattern readwrite " + Standing.DEVICE.own();

    private MosquittoAclText() {}

    /**
     * What gives each user {@code devices/USER/#} and what the rules add; the user is the certificate's common name.
     *
     * @throws IllegalArgumentException naming the rule that this format cannot express
     */
    public static String of(List<TopicAcl.Rule> rules) {
        var patterns = new ArrayList<String>();
        patterns.add(OWN);
        Map<String, List<String>> users = new LinkedHashMap<>();
        for (TopicAcl.Rule rule : rules) {
            var lines = rule.identity().equals("*")
                    ? patterns
                    : users.computeIfAbsent(user(rule.identity()), first -> new ArrayList<>());
            var word = rule.identity().equals("*") ? "pattern" : "topic";
            rule.publish().forEach(filter -> lines.add(word + " write " + filter(rule, filter)));
            rule.subscribe().forEach(filter -> lines.add(word + " read " + filter(rule, filter)));
        }
        var text = new StringBuilder("# Written by Lumia from broker.rules; changes are overwritten.\n");
        users.forEach((user, lines) -> text.append("user ")
                .append(user)
                .append('\n')
                .append(joined(lines))
                .append('\n'));
        return text.append(joined(patterns)).toString();
    }

    /** Below a user line Mosquitto takes {@code %u} and {@code %c} for text. */
    private static String filter(TopicAcl.Rule rule, String filter) {
        if (filter.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a filter of the rule for '" + rule.identity() + "' has control characters");
        }
        if (rule.identity().equals("*")) {
            return filter;
        }
        if (filter.contains("%c")) {
            throw new IllegalArgumentException("the rule for '" + rule.identity() + "' has '" + filter
                    + "': Mosquitto knows %c in rules for everybody (*) alone");
        }
        return filter.replace("%u", rule.identity());
    }

    private static String user(String identity) {
        if (!identity.equals(identity.strip()) || identity.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the identity '" + identity + "' cannot stand in Mosquitto's ACL file");
        }
        return identity;
    }

    private static String joined(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
