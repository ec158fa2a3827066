package io.lumia.swarm.report;

import io.lumia.swarm.Sample;
import io.lumia.swarm.SwarmCounts;
import io.lumia.swarm.fault.FaultRan;
import io.lumia.swarm.report.Limits.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run came to.
 *
 * @param machine on which the swarm ran
 * @param settings of the run, for people
 * @param connected devices at the end, before they were told to go
 * @param delivery in microseconds, from when a message was due to its arrival
 * @param roundTrips of commands, in microseconds
 * @param faults what went wrong on purpose
 * @param enrolment in microseconds, from a device's start to its first connection
 */
public record RunReport(
        String machine,
        Instant began,
        Duration took,
        Map<String, String> settings,
        SwarmCounts counts,
        int connected,
        Histogram delivery,
        Histogram roundTrips,
        Histogram enrolment,
        List<Sample> timeline,
        List<FaultRan> faults,
        List<Verdict> verdicts) {

    /** Whether every limit was kept to. */
    public boolean held() {
        return verdicts.stream().allMatch(Verdict::held);
    }
}
