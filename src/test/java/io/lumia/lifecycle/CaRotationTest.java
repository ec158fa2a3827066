package io.lumia.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.lifecycle.CaRotation.Kind;
import io.lumia.lifecycle.CaRotation.Missing;
import io.lumia.lifecycle.CaRotation.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaRotationTest {
    private static final Missing ALL = new Missing(3, 2, 1);

    @Test
    void a_root_goes_through_every_phase() {
        assertThat(course(Kind.ROOT))
                .containsExactly(
                        Phase.PREPARED,
                        Phase.SPREADING,
                        Phase.ADOPTED,
                        Phase.ISSUING,
                        Phase.DRAINING,
                        Phase.WITHDRAWING,
                        Phase.DONE);
    }

    @Test
    void an_intermediate_needs_nobody_to_learn_anything() {
        assertThat(course(Kind.INTERMEDIATE))
                .containsExactly(Phase.PREPARED, Phase.ISSUING, Phase.DRAINING, Phase.DONE);
        assertThat(CaRotation.blocking(Kind.INTERMEDIATE, Phase.PREPARED, ALL)).isEqualTo(new Missing(0, 2, 0));
        assertThat(CaRotation.blocking(Kind.INTERMEDIATE, Phase.DRAINING, ALL)).isEqualTo(new Missing(0, 0, 1));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatever_can_issue_or_has_live_leaves_is_trusted(Kind kind) {
        for (Phase phase : course(kind)) {
            assertThat(phase.issuesFromNew() ? phase.trustsNew() : phase.trustsOld())
                    .as(phase.label())
                    .isTrue();
        }
        // leaves of the old one are live until the step out of draining, which waits for them
        assertThat(Phase.ISSUING.trustsOld() && Phase.DRAINING.trustsOld()).isTrue();
        assertThat(Phase.RETURNING.trustsNew() && Phase.RETURNING.trustsOld()).isTrue();
    }

    @Test
    void nothing_is_issued_from_a_new_root_before_everybody_has_confirmed_it() {
        assertThat(CaRotation.blocking(Kind.ROOT, Phase.SPREADING, ALL)).isEqualTo(new Missing(3, 2, 0));
        assertThat(CaRotation.blocking(Kind.ROOT, Phase.ADOPTED, ALL)).isEqualTo(new Missing(3, 2, 0));
    }

    @Test
    void an_old_root_is_withdrawn_only_without_live_leaves_and_gone_only_when_everybody_forgot_it() {
        assertThat(CaRotation.blocking(Kind.ROOT, Phase.DRAINING, ALL)).isEqualTo(new Missing(0, 0, 1));
        assertThat(CaRotation.blocking(Kind.ROOT, Phase.WITHDRAWING, ALL)).isEqualTo(new Missing(3, 0, 0));
        assertThat(CaRotation.blocking(Kind.ROOT, Phase.RETURNING, ALL)).isEqualTo(new Missing(0, 0, 1));
    }

    @Test
    void turning_back_is_possible_until_the_old_root_is_withdrawn() {
        assertThat(List.of(Phase.PREPARED, Phase.SPREADING, Phase.ADOPTED))
                .allSatisfy(phase -> assertThat(CaRotation.abort(phase)).contains(Phase.ABORTED));
        assertThat(List.of(Phase.ISSUING, Phase.DRAINING))
                .allSatisfy(phase -> assertThat(CaRotation.abort(phase)).contains(Phase.RETURNING));
        assertThat(List.of(Phase.WITHDRAWING, Phase.RETURNING, Phase.DONE, Phase.ABORTED))
                .allSatisfy(phase -> assertThat(CaRotation.abort(phase)).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void words_tell_of_turning_back_and_going_on_where_that_is_possible(Phase phase) {
        assertThat(CaRotationText.abort(phase).isEmpty())
                .isEqualTo(CaRotation.abort(phase).isEmpty());
        for (Kind kind : Kind.values()) {
            assertThat(CaRotationText.next(kind, phase).isEmpty())
                    .isEqualTo(CaRotation.next(kind, phase).isEmpty());
            assertThat(CaRotationText.explain(kind, phase)).isNotEmpty();
        }
    }

    @Test
    void words_name_what_is_missing() {
        assertThat(CaRotationText.blocked(Missing.NOTHING)).isEmpty();
        assertThat(CaRotationText.blocked(new Missing(20, 1, 0)))
                .isEqualTo("1 of the authority's nodes lack the new keys; 20 have not confirmed the published roots");
    }

    private static List<Phase> course(Kind kind) {
        var course = new ArrayList<Phase>();
        for (var at = Optional.of(Phase.PREPARED); at.isPresent(); at = CaRotation.next(kind, at.get())) {
            course.add(at.get());
        }
        return course;
    }
}
