package io.lumia.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus.Audited;
import io.lumia.config.AuditConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CrashedWriterTest {
    private static final AuditConfig CONFIG = new AuditConfig(1 << 16, Duration.ofDays(7), Duration.ofDays(30), false);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path data;

    /** Several times on the same log, so that each start heals what the kill before left. */
    @Test
    @Timeout(60)
    void whatever_moment_a_writer_is_killed_the_chain_holds_and_nothing_acknowledged_is_lost() throws Exception {
        for (int lines : new int[] {1, 30, 77}) {
            var witness = killAfter(lines);
            var found = Verification.ofDirectory(data, List.of(witness));
            assertThat(found.findings()).isEmpty();
            assertThat(found.notes()).hasSizeLessThanOrEqualTo(4);
            assertThat(found.head().sequence()).isGreaterThanOrEqualTo(witness.sequence());
        }
        try (var log = AuditLog.open(data, CONFIG, NOW)) {
            log.append(List.of(act()), NOW);
        }
        assertThat(Verification.ofDirectory(data, List.of()).findings()).isEmpty();
    }

    private Head killAfter(int lines) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            var head = Head.NONE;
            for (int i = 0; i < lines; i++) {
                head = Head.parse(out.readLine());
            }
            return head;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static Audited act() {
        return new Audited(NOW, "operator", "test", "object", "ok", Map.of("filling", "x".repeat(900)));
    }

    /** Appends without end and tells each head that is on disk. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (var log = AuditLog.open(Path.of(args[0]), CONFIG, NOW)) {
                for (int i = 0; ; i++) {
                    log.append(Collections.nCopies(1 + i % 20, act()), NOW);
                    System.out.println(log.head());
                }
            }
        }
    }
}
