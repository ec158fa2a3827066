package io.lumia.grafana;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From which value on which colour. */
record Steps(List<Step> steps) {
    static final Steps NONE = new Steps(List.of(new Step("green", null)));
    static final Steps ZERO_IS_GOOD = rising("green").then("orange", 0.000001);
    static final Steps ONE_IS_GOOD = rising("red").then("green", 1);

    /** @param from lowest value of the colour; null: every one below the next */
    record Step(String color, @Nullable Double from) {}

    static Steps rising(String lowest) {
        return new Steps(List.of(new Step(lowest, null)));
    }

    Steps then(String color, double from) {
        var more = new ArrayList<>(steps);
        more.add(new Step(color, from));
        return new Steps(List.copyOf(more));
    }
}
