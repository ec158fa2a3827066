package io.lumia.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompilerThreadsTest {
    @Test
    void reads_what_a_compiler_thread_took() {
        assertThat(CompilerThreads.ticks(
                        "19 (C2 CompilerThre) S 1 17 17 0 -1 4194368 9 0 0 0 123 45 0 0 20 0 30 0 100 1 2 3\n"))
                .isEqualTo(168);
    }

    @Test
    void counts_no_other_thread() {
        assertThat(CompilerThreads.ticks(
                        "19 (lumia-signer-0) S 1 17 17 0 -1 4194368 9 0 0 0 123 45 0 0 20 0 30 0 100 1 2 3\n"))
                .isZero();
    }

    @Test
    void knows_of_this_process() {
        assertThat(CompilerThreads.cpu(ProcessHandle.current().pid())).isPositive();
        assertThat(CompilerThreads.cpu(Long.MAX_VALUE)).isEqualTo(Duration.ZERO);
    }
}
