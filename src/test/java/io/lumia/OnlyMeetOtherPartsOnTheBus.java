package io.lumia;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** A part may use the core, the shared packages and itself; another part only through the bus. */
final class OnlyMeetOtherPartsOnTheBus extends ArchCondition<JavaClass> {
    private static final Set<String> PARTS = Set.of(
            "authority",
            "provisioning",
            "broker",
            "mosquitto",
            "stepca",
            "app",
            "swarm",
            "renewal",
            "expiry",
            "web",
            "metrics",
            "cli");

    OnlyMeetOtherPartsOnTheBus() {
        super("meet other parts only on the bus");
    }

    @Override
    public void check(JavaClass origin, ConditionEvents events) {
        var own = part(origin);
        origin.getDirectDependenciesFromSelf().forEach(dependency -> {
            var other = part(dependency.getTargetClass());
            if (PARTS.contains(other) && !other.equals(own)) {
                events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
            }
        });
    }

    private static String part(JavaClass type) {
        var name = type.getPackageName();
        if (!name.startsWith("io.lumia.")) {
            return "";
        }
        var below = name.substring("io.lumia.".length());
        return below.contains(".") ? below.substring(0, below.indexOf('.')) : below;
    }
}
