package io.lumia.docs;

import static io.lumia.docs.Markdown.quoted;

import io.lumia.metrics.EveryMetric;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Every metric of ours. */
final class MetricsPage {
    private MetricsPage() {}

    static String text() throws IOException {
        var page = new Markdown("Metrics reference");
        page.paragraph("""
                What `/metrics` can show, with the text that stands there as `# HELP`. A process shows what its parts measure. What the values of labels mean, \
                and what watching costs: [metrics.md](../metrics.md). Beside these: `jvm_*`, `process_*` and `system_*` of Micrometer.""");
        page.table(
                List.of("metric", "type", "labels", "meaning"),
                EveryMetric.all().stream()
                        .map(metric -> List.of(
                                quoted(metric.name()),
                                metric.type(),
                                metric.labels().stream().map(Markdown::quoted).collect(Collectors.joining(", ")),
                                metric.help()))
                        .toList());
        return page.toString();
    }
}
