package io.lumia.cli;

import io.lumia.config.LoadedConfig;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The configuration that is in force, and what was set while it was. A configuration that cannot be used leaves everything as it was. */
final class RunningSettings {
    static final String LOG_LEVEL = "log.level";
    static final String WARNING = "expiry.warning";
    static final String CRITICAL = "expiry.critical";
    static final String WHITELIST = "provisioning.whitelist";

    /** What takes effect without a restart when a file changes. */
    static final Set<String> AT_ONCE = Set.of(LOG_LEVEL, WARNING, CRITICAL, WHITELIST);
    /** What can be set by the API; the whitelist has a path of its own there. */
    static final Set<String> BY_API = Set.of(LOG_LEVEL, WARNING, CRITICAL);

    private final Function<List<String>, LoadedConfig> load;
    private final Map<String, String> over = new TreeMap<>();
    private final Map<String, String> atStart;
    private LoadedConfig loaded;

    /**
     * @param load reads the sources again, with these {@code key=value} over all of them
     * @param loaded with what the process was started
     */
    RunningSettings(Function<List<String>, LoadedConfig> load, LoadedConfig loaded) {
        this.load = load;
        this.loaded = loaded;
        this.atStart = values(loaded);
    }

    /**
     * What a change did.
     *
     * @param before and {@code after}: the configuration
     * @param changed keys whose values are others now and in force
     */
    record Change(LumiaConfig before, LumiaConfig after, Map<String, String> changed) {}

    /** Reads the files again. @throws io.lumia.config.ConfigurationUnusable when they cannot be used */
    synchronized Change reload() {
        return take(over);
    }

    /** Sets some keys over the files; a null gives a key back to them. @throws io.lumia.config.ConfigurationUnusable as above */
    synchronized Change set(Map<String, @Nullable String> wanted) {
        var next = new TreeMap<>(over);
        wanted.forEach((key, value) -> {
            if (value == null) {
                next.remove(key);
            } else {
                next.put(key, value);
            }
        });
        return take(next);
    }

    synchronized List<Setting> all() {
        return loaded.settings();
    }

    synchronized boolean isSetAtRunTime(String key) {
        return over.containsKey(key);
    }

    /** Keys that the files have otherwise than the process was started with, and that count from its next start. */
    synchronized List<String> needRestart() {
        var now = values(loaded);
        var keys = new ArrayList<String>();
        now.forEach((key, value) -> {
            if (!AT_ONCE.contains(key) && !value.equals(atStart.get(key))) {
                keys.add(key);
            }
        });
        atStart.keySet().stream().filter(key -> !now.containsKey(key)).forEach(keys::add);
        return keys;
    }

    private Change take(Map<String, String> next) {
        var lines = next.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toList();
        var fresh = load.apply(lines);
        var before = loaded;
        var changed = new LinkedHashMap<String, String>();
        var old = values(before);
        values(fresh).forEach((key, value) -> {
            if (AT_ONCE.contains(key) && !value.equals(old.get(key))) {
                changed.put(key, value);
            }
        });
        var kept = new TreeMap<>(next);
        over.clear();
        over.putAll(kept);
        loaded = fresh;
        return new Change(before.config(), fresh.config(), changed);
    }

    private static Map<String, String> values(LoadedConfig config) {
        var values = new LinkedHashMap<String, String>();
        config.settings().forEach(setting -> values.put(setting.key(), setting.value()));
        return values;
    }
}
