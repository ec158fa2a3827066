package io.lumia.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lumia.access.TopicAcl;
import io.lumia.config.BrokerConfig;
import io.lumia.config.BrokerConfig.TopicRule;
import io.lumia.config.CannotStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The topic rules of the configuration and of the file that {@code broker.acl-file} names. Blocks; call from a worker. */
record AclRules(BrokerConfig config) {
    /** @throws CannotStart with a sentence for the operator */
    List<TopicAcl.Rule> read() {
        var rules = checked(config.rules(), "broker.rules");
        var file = config.aclFile();
        if (file != null) {
            rules.addAll(checked(fromFile(file), "broker.acl-file " + file));
        }
        return List.copyOf(rules);
    }

    private static List<TopicAcl.Rule> checked(List<TopicRule> given, String where) {
        var rules = new ArrayList<TopicAcl.Rule>();
        for (int i = 0; i < given.size(); i++) {
            var rule = given.get(i);
            try {
                rules.add(new TopicAcl.Rule(rule.identity(), some(rule.publish()), some(rule.subscribe())));
            } catch (IllegalArgumentException invalid) {
                throw new CannotStart(where + ", rule " + (i + 1) + ": " + invalid.getMessage(), invalid);
            }
        }
        return rules;
    }

    private static List<String> some(@Nullable List<String> filters) {
        return filters == null ? List.of() : filters;
    }

    private static List<TopicRule> fromFile(Path file) {
        try {
            @Nullable
            List<TopicRule> rules = new YAMLMapper()
                    .readValue(Files.readString(file), new TypeReference<@Nullable List<TopicRule>>() {});
            return rules == null ? List.of() : rules;
        } catch (NoSuchFileException missing) {
            throw new CannotStart("broker.acl-file " + file + " does not exist", missing);
        } catch (JsonProcessingException malformed) {
            var at = malformed.getLocation();
            throw new CannotStart(
                    "broker.acl-file " + file + (at == null ? "" : ", line " + at.getLineNr())
                            + ": expected a YAML list of {identity, publish: [..], subscribe: [..]}: "
                            + malformed.getOriginalMessage(),
                    malformed);
        } catch (IOException unreadable) {
            throw new CannotStart("broker.acl-file " + file + " cannot be read: " + unreadable, unreadable);
        }
    }
}
