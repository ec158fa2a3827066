package io.lumia.swarm.report;

import io.lumia.swarm.fault.FaultRan;
import io.lumia.swarm.report.Limits.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A report as one page for people that needs nothing else: no script, no network; a table beside every chart. */
public final class HtmlReport {
    private static final double MICROS_PER_MILLI = 1000;

    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1f2937;--dim:#5b6472;--paper:#ffffff;--card:#f3f5f8;--grid:#d9dee6;--a:#1d4ed8;--b:#b45309;--c:#9d174d;--good:#166534;--bad:#b91c1c}
            @media (prefers-color-scheme:dark){:root{--ink:#e5e7eb;--dim:#a3acb9;--paper:#12161c;--card:#1b212a;--grid:#333c49;--a:#7aa8ff;--b:#fbbf24;--c:#f9a8d4;--good:#86efac;--bad:#fca5a5}}
            body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:64rem;margin:0 auto;padding:1.5rem}
            h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.3rem 0}.dim{color:var(--dim)}
            .verdict{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
            .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;margin:1rem 0;padding:0}
            .tiles div{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}.tiles dt{color:var(--dim);font-size:.85rem}.tiles dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
            .pair{display:grid;grid-template-columns:minmax(0,1fr);gap:.6rem}svg{width:100%;height:auto;background:var(--card);border-radius:.5rem}
            svg text{fill:var(--dim);font:11px system-ui,sans-serif}.grid{stroke:var(--grid);fill:none}.axis{stroke:var(--dim);fill:none}
            .s1,.s2,.s3{fill:none;stroke-width:1.8;stroke-linejoin:round}.s1{stroke:var(--a)}.s2{stroke:var(--b);stroke-dasharray:5 3}.s3{stroke:var(--c);stroke-dasharray:1.5 2.5}
            .b1{fill:var(--a)}.b2{fill:var(--bad)}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4rem 0;display:block;overflow-x:auto}caption{text-align:left;color:var(--dim)}
            th,td{padding:.15rem .7rem;text-align:right;border-bottom:1px solid var(--grid)}th:first-child{text-align:left;font-weight:normal}thead th{color:var(--dim);font-weight:600}
            summary{cursor:pointer;color:var(--dim)}
            """;

    private final RunReport report;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(RunReport report) {
        this.report = report;
    }

    public static String of(RunReport report) {
        var html = new HtmlReport(report);
        html.head();
        html.figures();
        html.limits();
        html.latency();
        html.timeline();
        html.faults();
        html.settings();
        return html.page.append("</main></body></html>\n").toString();
    }

    private void head() {
        var title = "Swarm of " + Scale.text(report.counts().devices()) + " devices";
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>")
                .append(title)
                .append(" - Lumia</title><style>")
                .append(STYLE)
                .append("</style></head><body><main><h1>")
                .append(title)
                .append("</h1>");
        paragraph(
                "dim",
                report.began().truncatedTo(ChronoUnit.SECONDS) + ", " + length(report.took()) + ", on "
                        + report.machine());
        if (!report.verdicts().isEmpty()) {
            paragraph(
                    report.held() ? "verdict good" : "verdict bad",
                    report.held() ? "Every limit was kept to." : "Not every limit was kept to.");
        }
    }

    private void figures() {
        var counts = report.counts();
        var delivery = report.delivery();
        var tiles = new LinkedHashMap<String, String>();
        tiles.put("connected at the end", Scale.text((double) report.connected()));
        tiles.put("enrolled", Scale.text((double) counts.enrolled()));
        tiles.put("renewals", Scale.text((double) counts.renewals()));
        tiles.put("renewals taken back", Scale.text((double) counts.renewalFailures()));
        tiles.put("delivery p50", millis(delivery, 50));
        tiles.put("delivery p99", millis(delivery, 99));
        tiles.put("delivery max", millis(delivery, 100));
        tiles.put("messages published", Scale.text((double) counts.published()));
        tiles.put("lost", Scale.text((double) counts.lost()));
        tiles.put("duplicated", Scale.text((double) counts.duplicated()));
        tiles.put("connections dropped", Scale.text((double) counts.dropped()));
        tiles.put("not sent", Scale.text((double) counts.unsent()));
        page.append("<dl class=\"tiles\">");
        tiles.forEach((what, figure) -> page.append("<div><dt>")
                .append(Html.escape(what))
                .append("</dt><dd>")
                .append(Html.escape(figure))
                .append("</dd></div>"));
        page.append("</dl>\n");
    }

    private void limits() {
        if (report.verdicts().isEmpty()) {
            return;
        }
        heading("Limits");
        var rows = new ArrayList<List<String>>();
        for (Verdict verdict : report.verdicts()) {
            rows.add(List.of(verdict.what(), verdict.limit(), verdict.measured(), verdict.held() ? "kept" : "MISSED"));
        }
        page.append(Html.table("What the run was judged by", List.of("limit", "wanted", "measured", ""), rows));
    }

    private void latency() {
        heading("How long messages took");
        if (report.delivery().getTotalCount() == 0) {
            paragraph("dim", "Nothing was delivered to a device that measures.");
            return;
        }
        paragraph(
                "dim",
                "From when a message was due to its arrival back at its device: time for which a broker, a connection or this"
                        + " process kept it waiting counts.");
        var charts = new LatencyCharts(report.delivery());
        chart("How many took how long", charts.distribution());
        chart("Which share took no longer", charts.percentiles());
        page.append(Html.table("Percentiles", List.of("share", "at most ms", "messages beyond"), charts.rows()));
        page.append(Html.table(
                "Other times in milliseconds",
                List.of("", "count", "p50", "p90", "p99", "max"),
                List.of(
                        row("command and answer", report.roundTrips()),
                        row("start to first connection", report.enrolment()))));
    }

    private void timeline() {
        heading("What happened when");
        var charts = new TimelineCharts(report.timeline());
        chart("Devices connected and enrolled", charts.connections());
        chart("Messages per second", charts.messages());
        chart("Time of delivery", charts.latencies());
        chart("Renewals per second", charts.renewals());
        chart("Connections dropped per second", charts.drops());
        page.append("<details open><summary>The same as a table</summary>")
                .append(Html.table(
                        "Counts are since the start; times are the worst since the row before",
                        TimelineCharts.heads(),
                        charts.rows()))
                .append("</details>\n");
    }

    private void faults() {
        if (report.faults().isEmpty()) {
            return;
        }
        heading("Faults");
        var rows = new ArrayList<List<String>>();
        for (FaultRan fault : report.faults()) {
            rows.add(List.of(
                    fault.kind().toString(),
                    fault.kind().ofDevices() ? Scale.text(fault.devices()) : "noted",
                    since(fault.began(), "never"),
                    since(fault.ended(), fault.began() == null ? "" : "not over")));
        }
        page.append(Html.table("What went wrong on purpose", List.of("fault", "devices", "began", "over"), rows));
    }

    private String since(@Nullable Instant at, String otherwise) {
        return at == null
                ? otherwise
                : "after " + Math.round(Duration.between(report.began(), at).toMillis() / 100.0) / 10.0 + " s";
    }

    private void settings() {
        heading("Settings");
        var rows = new ArrayList<List<String>>();
        for (Map.Entry<String, String> setting : report.settings().entrySet()) {
            rows.add(List.of(setting.getKey(), setting.getValue()));
        }
        page.append(Html.table("What was run", List.of("setting", "value"), rows));
    }

    private void heading(String text) {
        page.append("<h2>").append(Html.escape(text)).append("</h2>\n");
    }

    private void paragraph(String style, String text) {
        page.append("<p class=\"")
                .append(style)
                .append("\">")
                .append(Html.escape(text))
                .append("</p>\n");
    }

    private void chart(String caption, String svg) {
        page.append("<figure class=\"pair\" style=\"margin:1rem 0\"><figcaption>")
                .append(Html.escape(caption))
                .append("</figcaption>")
                .append(svg)
                .append("</figure>\n");
    }

    private static List<String> row(String what, Histogram times) {
        return List.of(
                what,
                Scale.text((double) times.getTotalCount()),
                millis(times, 50),
                millis(times, 90),
                millis(times, 99),
                millis(times, 100));
    }

    private static String millis(Histogram times, double percentile) {
        return times.getTotalCount() == 0
                ? "-"
                : Scale.text(times.getValueAtPercentile(percentile) / MICROS_PER_MILLI) + " ms";
    }

    private static String length(Duration took) {
        return String.format(Locale.ROOT, "%d min %02d s", took.toMinutes(), took.toSecondsPart());
    }
}
