package io.lumia.config;

import java.util.List;

/** The configuration cannot be used; holds every problem that was found, each a sentence with key and origin. */
public final class ConfigurationUnusable extends CannotStart {
    // ArrayList or an immutable list at run time, both serializable
    @SuppressWarnings("serial")
    private final List<String> problems;

    public ConfigurationUnusable(List<String> problems) {
        super("the configuration cannot be used:\n  " + String.join("\n  ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
