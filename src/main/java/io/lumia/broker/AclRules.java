package io.lumia.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lumia.access.MosquittoAcl;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topic rules of the configuration and of the file that {@code broker.acl-file} names. Blocks; call from a worker. */
record AclRules(BrokerConfig config) {
    private static final Logger log = LoggerFactory.getLogger(AclRules.class);

    /** @throws CannotStart with a sentence for the operator */
    TopicAcl read() {
        var rules = checked(config.rules(), "broker.rules");
        var file = config.aclFile();
        if (file == null) {
            return new TopicAcl(rules);
        }
        var text = text(file);
        if (MosquittoAcl.isWrittenIn(text)) {
            return new TopicAcl(rules, mosquittos(file, text));
        }
        rules.addAll(checked(yaml(file, text), "broker.acl-file " + file));
        return new TopicAcl(rules);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException missing) {
            throw new CannotStart("broker.acl-file " + file + " does not exist", missing);
        } catch (IOException unreadable) {
            throw new CannotStart("broker.acl-file " + file + " cannot be read: " + unreadable, unreadable);
        }
    }

    private static MosquittoAcl mosquittos(Path file, String text) {
        try {
            var acl = MosquittoAcl.parse(text);
            if (acl.forAnonymous() > 0) {
                log.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("lines", acl.forAnonymous())
                        .log(
                                "topic lines before the first user line are for clients without a name, which cannot connect here;"
                                        + " use pattern for all clients, or put them below a user line");
            }
            return acl;
        } catch (IllegalArgumentException wrong) {
            throw new CannotStart("broker.acl-file " + file + ", " + wrong.getMessage(), wrong);
        }
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

    private static List<TopicRule> yaml(Path file, String text) {
        try {
            @Nullable
            List<TopicRule> rules = new YAMLMapper().readValue(text, new TypeReference<@Nullable List<TopicRule>>() {});
            return rules == null ? List.of() : rules;
        } catch (JsonProcessingException malformed) {
            var at = malformed.getLocation();
            throw new CannotStart(
                    "broker.acl-file " + file + (at == null ? "" : ", line " + at.getLineNr())
                            + ": expected lines that begin with topic, pattern or user, or a YAML list of"
                            + " {identity, publish: [..], subscribe: [..]}: " + malformed.getOriginalMessage(),
                    malformed);
        }
    }
}
