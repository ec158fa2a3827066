package io.lumia.swarm.report;

import io.lumia.swarm.Sample;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import org.HdrHistogram.Histogram;

/** A report for programs; times are in milliseconds. */
public final class JsonReport {
    private static final double MICROS_PER_MILLI = 1000;

    private JsonReport() {}

    public static JsonObject of(RunReport report) {
        var counts = report.counts();
        var settings = new JsonObject();
        report.settings().forEach(settings::put);
        var limits = new JsonArray();
        report.verdicts()
                .forEach(verdict -> limits.add(new JsonObject()
                        .put("what", verdict.what())
                        .put("limit", verdict.limit())
                        .put("measured", verdict.measured())
                        .put("held", verdict.held())));
        var timeline = new JsonArray();
        report.timeline().forEach(sample -> timeline.add(sample(sample)));
        return new JsonObject()
                .put("devices", counts.devices())
                .put("connected", report.connected())
                .put("enrolled", counts.enrolled())
                .put("renewals", counts.renewals())
                .put("renewalFailures", counts.renewalFailures())
                .put("dropped", counts.dropped())
                .put("lost", counts.lost())
                .put("duplicated", counts.duplicated())
                .put("published", counts.published())
                .put("received", counts.received())
                .put("unsent", counts.unsent())
                .put("unfinished", counts.unfinished())
                .put("left", counts.left())
                .put("delivery", times(report.delivery()))
                .put("roundTrips", times(report.roundTrips()))
                .put("enrolment", times(report.enrolment()))
                .put("held", report.held())
                .put("limits", limits)
                .put("machine", report.machine())
                .put("began", report.began().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("seconds", report.took().toMillis() / 1000.0)
                .put("settings", settings)
                .put("faults", faults(report))
                .put("timeline", timeline);
    }

    private static JsonArray faults(RunReport report) {
        var faults = new JsonArray();
        report.faults()
                .forEach(fault -> faults.add(new JsonObject()
                        .put("name", fault.name())
                        .put("fault", fault.kind().toString())
                        .put("devices", fault.devices())
                        .put("active", fault.active())
                        .put(
                                "began",
                                fault.began() == null ? null : fault.began().toString())
                        .put(
                                "ended",
                                fault.ended() == null ? null : fault.ended().toString())));
        return faults;
    }

    private static JsonObject times(Histogram histogram) {
        return new JsonObject()
                .put("count", histogram.getTotalCount())
                .put("p50", at(histogram, 50))
                .put("p90", at(histogram, 90))
                .put("p99", at(histogram, 99))
                .put("p999", at(histogram, 99.9))
                .put("max", histogram.getMaxValue() / MICROS_PER_MILLI);
    }

    private static double at(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    private static JsonObject sample(Sample sample) {
        var counts = sample.counts();
        return new JsonObject()
                .put("at", Math.round(sample.at() * 10) / 10.0)
                .put("connected", counts.connected())
                .put("enrolled", counts.enrolled())
                .put("renewals", counts.renewals())
                .put("published", counts.published())
                .put("received", counts.received())
                .put("dropped", counts.dropped())
                .put("lost", counts.lost())
                .put("p50", sample.p50())
                .put("p99", sample.p99())
                .put("max", sample.max());
    }
}
