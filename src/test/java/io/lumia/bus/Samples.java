package io.lumia.bus;

import io.lumia.x509.DeviceName;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values of every message type, made of its components: filled with odd ones, and as empty as it may be. */
final class Samples {
    private static final String ODD = "\u0000\"\\ \n\t</b> ü € 😀 ' ; -- \u202e";
    private static final Instant AT = Instant.parse("2030-01-01T00:00:00.123456789Z");

    private Samples() {}

    /** Of each permitted type and each constant. */
    static Stream<Object> of(Class<?> type) {
        if (type.isSealed()) {
            return Arrays.stream(type.getPermittedSubclasses()).flatMap(Samples::of);
        }
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                : Stream.of(record(type, true), record(type, false)).distinct();
    }

    private static Object record(Class<?> type, boolean filled) {
        var components = type.getRecordComponents();
        var values = Arrays.stream(components)
                .map(component -> component(component, filled))
                .toArray();
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException unlike) {
            throw new AssertionError("no sample of " + type, unlike);
        }
    }

    private static @Nullable Object component(RecordComponent component, boolean filled) {
        var annotated = component.getAnnotatedType();
        return !filled && annotated.isAnnotationPresent(Nullable.class) ? null : value(annotated, filled);
    }

    private static @Nullable Object value(AnnotatedType annotated, boolean filled) {
        var type = raw(annotated.getType());
        if (type == List.class) {
            return filled ? List.of(item(annotated, 0, true), item(annotated, 0, false)) : List.of();
        }
        if (type == Map.class) {
            return filled ? map(annotated) : Map.of();
        }
        return plain(type, filled);
    }

    private static Map<Object, @Nullable Object> map(AnnotatedType annotated) {
        var map = new LinkedHashMap<Object, @Nullable Object>();
        map.put(item(annotated, 0, true), item(annotated, 1, true));
        var nullable = argument(annotated, 1).isAnnotationPresent(Nullable.class);
        map.put(item(annotated, 0, false), nullable ? null : item(annotated, 1, false));
        return map;
    }

    private static Object item(AnnotatedType annotated, int index, boolean filled) {
        var value = value(argument(annotated, index), filled);
        return java.util.Objects.requireNonNull(value);
    }

    private static AnnotatedType argument(AnnotatedType annotated, int index) {
        return ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments()[index];
    }

    private static Object plain(Class<?> type, boolean filled) {
        if (type == String.class) {
            return filled ? ODD : "";
        }
        if (type == long.class || type == Long.class) {
            return filled ? Long.MAX_VALUE : 0L;
        }
        if (type == int.class || type == Integer.class) {
            return filled ? Integer.MIN_VALUE : 0;
        }
        if (type == double.class || type == Double.class) {
            return filled ? 1e-300 : 0.0;
        }
        if (type == boolean.class || type == Boolean.class) {
            return filled;
        }
        if (type == Instant.class) {
            return filled ? AT : Instant.EPOCH;
        }
        if (type == Duration.class) {
            return filled ? Duration.ofDays(400).plusNanos(1) : Duration.ZERO;
        }
        if (type == SerialNumber.class) {
            return new SerialNumber(filled ? BigInteger.ONE.shiftLeft(158) : BigInteger.ONE);
        }
        if (type == DeviceName.class) {
            return new DeviceName(filled ? "dev-0001" : "a");
        }
        if (type == Validity.class) {
            return new Validity(AT, AT.plusSeconds(filled ? 86_400 : 1));
        }
        if (type.isEnum()) {
            var constants = type.getEnumConstants();
            return constants[filled ? constants.length - 1 : 0];
        }
        if (type.isSealed()) {
            return record(type.getPermittedSubclasses()[0], filled);
        }
        if (type.isRecord()) {
            return record(type, filled);
        }
        throw new AssertionError("messages have a new kind of component, " + type + ": give samples of it here");
    }

    private static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }
}
