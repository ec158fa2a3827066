package io.lumia.grafana;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Names of metrics in expressions, and in docs/metrics.md. */
final class MetricNames {
    private static final Pattern STRINGS = Pattern.compile("\"[^\"]*\"");
    private static final Pattern METRIC =
            Pattern.compile("(?<![\\w:])(?:lumia_\\w+|process_\\w+|jvm_\\w+|system_\\w+|up(?=\\{))(?![\\w:])");
    private static final Pattern DOCUMENTED = Pattern.compile("`(lumia_\\w+)`");
    private static final Pattern OF_HISTOGRAM = Pattern.compile("_(bucket|count|sum)$");

    private MetricNames() {}

    /** As they stand in PromQL. */
    static Set<String> used(String expression) {
        var names = new TreeSet<String>();
        METRIC.matcher(STRINGS.matcher(expression).replaceAll("\"\""))
                .results()
                .forEach(found -> names.add(found.group()));
        return names;
    }

    /** Those that docs/metrics.md does not name: it speaks of {@code jvm_*}, {@code process_*} and {@code system_*} as such. */
    static Set<String> undocumented(String expression) throws IOException {
        var known = new TreeSet<String>();
        DOCUMENTED
                .matcher(Files.readString(Path.of("docs", "metrics.md")))
                .results()
                .forEach(found -> known.add(found.group(1)));
        var unknown = new TreeSet<String>();
        for (String name : used(expression)) {
            boolean own = name.startsWith("lumia_");
            if (own
                    && !known.contains(name)
                    && !known.contains(OF_HISTOGRAM.matcher(name).replaceFirst(""))) {
                unknown.add(name);
            }
        }
        return unknown;
    }
}
