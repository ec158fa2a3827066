package io.lumia.bus;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.lumia.x509.DeviceName;
import io.lumia.x509.SerialNumber;
import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bus messages as JSON, for the way between processes: values as their text, sealed outcomes with their simple name as {@code outcome}.
 * Members that the reader does not know are skipped, so that a newer version can write to an older one.
 */
final class RecordJson {
    private static final ObjectMapper MAPPER = prepared(new ObjectMapper());

    private RecordJson() {}

    /** @throws IllegalArgumentException when the record holds something that has no JSON form */
    static byte[] write(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException unwritable) {
            throw new IllegalArgumentException(
                    "message has no JSON form: " + unwritable.getOriginalMessage(), unwritable);
        }
    }

    /** @throws IllegalArgumentException when the JSON is no such message */
    static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("not a " + type.getSimpleName(), unreadable);
        }
    }

    /** So that the mapper of whatever format knows the values of messages. */
    static ObjectMapper prepared(ObjectMapper mapper) {
        var module = new SimpleModule();
        text(module, Instant.class, Instant::toString, Instant::parse);
        text(module, Duration.class, Duration::toString, Duration::parse);
        text(module, SerialNumber.class, SerialNumber::toString, SerialNumber::parse);
        text(module, DeviceName.class, DeviceName::toString, DeviceName::new);
        module.addKeyDeserializer(Duration.class, new DurationKey());
        return mapper.registerModule(module)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .setAnnotationIntrospector(new SealedOutcomes());
    }

    private static <T> void text(
            SimpleModule module, Class<T> type, Function<T, String> toText, Function<String, T> fromText) {
        module.addSerializer(type, new TextSerializer<>(type, toText));
        module.addDeserializer(type, new TextDeserializer<>(type, fromText));
    }

    /** Lets Jackson see the permitted records of a sealed interface. */
    private static final class SealedOutcomes extends JacksonAnnotationIntrospector {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable TypeResolverBuilder<?> findTypeResolver(
                MapperConfig<?> config, AnnotatedClass annotated, JavaType type) {
            if (!ofSealed(annotated.getRawType())) {
                return super.findTypeResolver(config, annotated, type);
            }
            return new StdTypeResolverBuilder()
                    .init(JsonTypeInfo.Id.NAME, null)
                    .inclusion(JsonTypeInfo.As.PROPERTY)
                    .typeProperty("outcome");
        }

        @Override
        public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
            var permitted = annotated.getRawType().getPermittedSubclasses();
            return permitted == null
                    ? super.findSubtypes(annotated)
                    : Arrays.stream(permitted)
                            .map(type -> new NamedType(type, type.getSimpleName()))
                            .toList();
        }

        private static boolean ofSealed(Class<?> type) {
            return type.isSealed() || Arrays.stream(type.getInterfaces()).anyMatch(Class::isSealed);
        }

        @Override
        public @Nullable String findTypeName(AnnotatedClass annotated) {
            return ofSealed(annotated.getRawType())
                    ? annotated.getRawType().getSimpleName()
                    : super.findTypeName(annotated);
        }
    }

    private static final class TextSerializer<T> extends StdSerializer<T> {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient Function<T, String> toText;

        TextSerializer(Class<T> type, Function<T, String> toText) {
            super(type);
            this.toText = toText;
        }

        @Override
        public void serialize(T value, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeString(toText.apply(value));
        }

        @Override
        public void serializeWithType(
                T value,
                JsonGenerator to,
                SerializerProvider provider,
                com.fasterxml.jackson.databind.jsontype.TypeSerializer type)
                throws IOException {
            serialize(value, to, provider);
        }
    }

    private static final class TextDeserializer<T> extends StdDeserializer<T> {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient Function<String, T> fromText;

        TextDeserializer(Class<T> type, Function<String, T> fromText) {
            super(type);
            this.fromText = fromText;
        }

        @Override
        public T deserialize(JsonParser from, DeserializationContext context) throws IOException {
            return fromText.apply(from.getText());
        }
    }

    private static final class DurationKey extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) {
            return Duration.parse(key);
        }
    }
}
