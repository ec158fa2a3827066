package io.lumia.metrics;

import io.lumia.bus.FleetBus.Histogram;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Messages of the bus with something in every component, so that whoever listens shows all that it can show. */
final class SyntheticRecords {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Set<String> PEM = Set.of("root", "intermediate", "certificate", "chain", "bundlePem");

    private final String pem;
    private final DeviceName device;

    /**
     * @param pem a certificate
     * @param device the name that every device has
     */
    SyntheticRecords(String pem, DeviceName device) {
        this.pem = pem;
        this.device = device;
    }

    /** One of this type: a record, or the first of a sealed interface. */
    <T> T of(Class<T> type) {
        return type.cast(value(type, ""));
    }

    private Object value(Type type, String component) {
        if (type instanceof ParameterizedType generic) {
            return collection(generic, component);
        }
        var plain = (Class<?>) type;
        if (plain.isSealed()) {
            return value(plain.getPermittedSubclasses()[0], component);
        }
        if (plain == Profile.class) {
            return Profile.DEVICE;
        }
        if (plain.isEnum()) {
            return plain.getEnumConstants()[0];
        }
        return plain.isRecord() ? record(plain) : simple(plain, component);
    }

    private Object collection(ParameterizedType generic, String component) {
        var arguments = generic.getActualTypeArguments();
        if (generic.getRawType() == Map.class) {
            return Map.of(value(arguments[0], "key"), value(arguments[1], component));
        }
        var element = value(arguments[0], component);
        return generic.getRawType() == Set.class ? Set.of(element) : List.of(element);
    }

    private Object simple(Class<?> type, String component) {
        if (type == String.class) {
            return text(component);
        } else if (type == int.class || type == Integer.class) {
            return 1;
        } else if (type == long.class || type == Long.class) {
            return 1L;
        } else if (type == double.class || type == Double.class) {
            return 1.0;
        } else if (type == boolean.class || type == Boolean.class) {
            return true;
        } else if (type == Instant.class) {
            return NOW;
        } else if (type == Duration.class) {
            return Duration.ofHours(1);
        } else if (type == Path.class) {
            return Path.of("file");
        } else if (type == URI.class) {
            return URI.create("https://localhost");
        } else if (type == BigInteger.class) {
            return BigInteger.ONE;
        } else if (type == byte[].class) {
            return new byte[0];
        }
        throw new IllegalArgumentException("a message holds a " + type.getName() + ": say here how one is made");
    }

    private String text(String component) {
        if (PEM.contains(component)) {
            return pem;
        }
        return switch (component) {
            case "identity" -> device.value();
            case "key" -> "api/200"; // of Map<String, Long>; WebStatistics has both in one
            case "result" -> "done";
            case "listener" -> "broker";
            default -> "any";
        };
    }

    private Object record(Class<?> type) {
        if (type == SerialNumber.class) {
            return new SerialNumber(BigInteger.valueOf(77));
        } else if (type == DeviceName.class) {
            return device;
        } else if (type == io.lumia.x509.Validity.class) {
            return new io.lumia.x509.Validity(NOW, NOW.plus(Duration.ofDays(1)));
        } else if (type == Histogram.class) {
            return new Histogram(List.of(1.0), List.of(1L, 1L), 2);
        }
        var components = type.getRecordComponents();
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(components)
                    .map(component -> value(component.getGenericType(), component.getName()))
                    .toArray());
        } catch (InvocationTargetException refused) {
            throw new IllegalArgumentException("no " + type.getName() + " can be made up", refused.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
