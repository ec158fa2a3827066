package io.lumia.cli;

import io.lumia.config.Durations;
import io.lumia.swarm.report.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The limits that a run of the swarm is judged by. */
final class SwarmLimitOptions {
    @Option(
            names = "--max-p50",
            paramLabel = "D",
            order = 50,
            converter = Length.class,
            description = "Half of the messages arrive within this time: 50ms, 1s.")
    private @Nullable Duration p50;

    @Option(
            names = "--max-p99",
            paramLabel = "D",
            order = 51,
            converter = Length.class,
            description = "99 of 100 messages arrive within this time.")
    private @Nullable Duration p99;

    @Option(
            names = "--max-latency",
            paramLabel = "D",
            order = 52,
            converter = Length.class,
            description = "Every message arrives within this time.")
    private @Nullable Duration longest;

    @Option(
            names = "--max-drops",
            paramLabel = "N",
            order = 53,
            description =
                    "Connections that end for anything but take-over, revocation, expiry or the device's own wish.")
    private @Nullable Long drops;

    @Option(
            names = "--max-lost",
            paramLabel = "N",
            order = 54,
            description = "Messages that the broker took and did not deliver.")
    private @Nullable Long lost;

    @Option(
            names = "--max-duplicated",
            paramLabel = "N",
            order = 55,
            description = "Messages that arrive more than once.")
    private @Nullable Long duplicated;

    @Option(
            names = "--max-renewal-failures",
            paramLabel = "N",
            order = 56,
            description = "Renewals that are taken back, and tried again.")
    private @Nullable Long renewalFailures;

    @Option(
            names = "--min-connected",
            paramLabel = "SHARE",
            order = 57,
            converter = Share.Reader.class,
            description = "Devices that are connected at the end: 100%% or 0.99.")
    private @Nullable Share connected;

    @Option(names = "--min-renewals", paramLabel = "N", order = 58, description = "Renewals that succeed.")
    private @Nullable Long renewals;

    Limits limits() {
        return new Limits(
                p50,
                p99,
                longest,
                drops,
                lost,
                duplicated,
                renewalFailures,
                connected == null ? null : connected.value(),
                renewals);
    }

    /** Reads {@code 500ms}, {@code 1s}, {@code 2m} from the command line. */
    static final class Length implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException unfit) {
                throw new TypeConversionException(String.valueOf(unfit.getMessage()));
            }
        }
    }
}
