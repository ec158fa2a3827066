package io.lumia.agent;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.fakes.FleetCa;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RootReviewTest {
    private final FleetCa old = new FleetCa(Clock.systemUTC());
    private final FleetCa next = new FleetCa(Clock.systemUTC());

    @Test
    void takes_what_the_ca_that_hands_it_out_goes_by_itself() {
        assertThatCode(() -> review(old, List.of(old.root(), next.root()))).doesNotThrowAnyException();
        assertThatCode(() -> review(next, List.of(next.root()))).doesNotThrowAnyException();
    }

    @Test
    void does_not_let_go_of_a_root_while_the_ca_goes_by_it() {
        assertThatThrownBy(() -> review(old, List.of(next.root())))
                .isInstanceOf(StepFailed.class)
                .hasMessageContaining("does not lead to any of it");
    }

    @Test
    void takes_no_leaf_for_a_root_and_no_flood_of_them() {
        var leaf = old.issue("leaf", List.of("leaf.test"), Duration.ofDays(1)).leaf();
        assertThatThrownBy(() -> review(old, List.of(old.root(), leaf))).hasMessageContaining("is no CA");
        assertThatThrownBy(() -> review(old, Collections.nCopies(33, old.root())))
                .hasMessageContaining("more than 32");
    }

    private static void review(FleetCa showing, List<X509Certificate> bundle) throws StepFailed {
        var shown = showing.issue("ca", List.of("localhost"), Duration.ofDays(1)).chain();
        RootReview.accept(new RootSource.Offer(bundle, shown), Clock.systemUTC().instant());
    }
}
