package io.lumia.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoleTest {
    @ParameterizedTest
    @CsvSource({
        "VIEWER, VIEWER, true",
        "VIEWER, OPERATOR, false",
        "VIEWER, ADMIN, false",
        "OPERATOR, VIEWER, true",
        "OPERATOR, ADMIN, false",
        "ADMIN, VIEWER, true",
        "ADMIN, OPERATOR, true"
    })
    void covers_the_roles_before_it_and_itself(Role role, Role needed, boolean covers) {
        assertThat(role.covers(needed)).isEqualTo(covers);
    }

    @ParameterizedTest
    @EnumSource
    void is_found_by_its_label(Role role) {
        assertThat(Role.of(role.label())).isEqualTo(role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ADMIN", "root"})
    void refuses_other_labels(String label) {
        assertThatThrownBy(() -> Role.of(label)).hasMessageContaining("viewer, operator or admin");
    }
}
