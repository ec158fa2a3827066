package io.lumia.config;

/**
 * One value of the configuration in force.
 *
 * @param key dotted, {@code broker.port}
 * @param value as YAML would write it on one line; a secret is {@link #MASK}
 * @param source {@link #DEFAULT}, or where it was set
 */
public record Setting(String key, String value, String source) {
    /** Stands for a secret that is set. */
    public static final String MASK = "********";
    /** The source of what nobody set. */
    public static final String DEFAULT = "default";

    public boolean changed() {
        return !source.equals(DEFAULT);
    }
}
