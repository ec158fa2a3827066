package io.lumia.config;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.lumia.access.AddressRange;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.FleetDomain;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** How each type of a configuration value is written. */
final class ValueTypes {
    private static final Set<Class<?>> RECORDS_OF_ONE_TEXT = Set.of(
            AddressRange.class,
            DeviceName.class,
            Fingerprint.class,
            FleetDomain.class,
            HostPort.class,
            NodeAddresses.class,
            RenewalInstanceConfig.Threshold.class,
            SecretSource.class);

    private ValueTypes() {}

    /** Whether the record is written as one text rather than as a block of keys. */
    static boolean isOneText(Class<?> record) {
        return RECORDS_OF_ONE_TEXT.contains(record);
    }

    static ObjectMapper mapper() {
        return JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .addModule(module())
                .build();
    }

    private static SimpleModule module() {
        var module = new SimpleModule("lumia-configuration");
        var whole = "a whole number";
        module.addDeserializer(int.class, new FromText<>(int.class, whole, Integer::valueOf));
        module.addDeserializer(Integer.class, new FromText<>(Integer.class, whole, Integer::valueOf));
        module.addDeserializer(double.class, new FromText<>(double.class, "a number", Double::valueOf));
        module.addDeserializer(Double.class, new FromText<>(Double.class, "a number", Double::valueOf));
        module.addDeserializer(boolean.class, new FromText<>(boolean.class, "true or false", ValueTypes::truth));
        module.addDeserializer(String.class, new FromText<>(String.class, "a text", text -> text));
        module.addDeserializer(Duration.class, new FromText<>(Duration.class, "a duration", Durations::parse));
        module.addDeserializer(Path.class, new FromText<>(Path.class, "a path", Path::of));
        module.addDeserializer(URI.class, new FromText<>(URI.class, "an http or https address", ValueTypes::web));
        module.addDeserializer(HostPort.class, new FromText<>(HostPort.class, "HOST:PORT", HostPort::parse));
        module.addDeserializer(
                NodeAddresses.class,
                new FromText<>(NodeAddresses.class, "http or https addresses", NodeAddresses::parse));
        module.addDeserializer(
                AddressRange.class, new FromText<>(AddressRange.class, "an address or range", AddressRange::parse));
        module.addDeserializer(DeviceName.class, new FromText<>(DeviceName.class, "a device name", DeviceName::new));
        module.addDeserializer(FleetDomain.class, new FromText<>(FleetDomain.class, "a DNS domain", FleetDomain::new));
        module.addDeserializer(
                Fingerprint.class, new FromText<>(Fingerprint.class, "a SHA-256 fingerprint", Fingerprint::new));
        module.addDeserializer(
                RenewalInstanceConfig.Threshold.class,
                new FromText<>(
                        RenewalInstanceConfig.Threshold.class,
                        "a duration such as 7d or a share such as 25%",
                        RenewalInstanceConfig.Threshold::parse));
        module.addDeserializer(
                SecretSource.class, new FromText<>(SecretSource.class, "a file or env:NAME", SecretSource::new));
        module.addDeserializer(
                TlsConfig.TlsVersion.class,
                new FromText<>(TlsConfig.TlsVersion.class, "TLSv1.2 or TLSv1.3", TlsConfig.TlsVersion::of));
        module.setDeserializerModifier(new EnumsByName());
        return module;
    }

    private static Boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static URI web(String text) {
        var uri = URI.create(text);
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException();
        }
        return uri;
    }

    /** Enums by their names in whatever case. */
    private static final class EnumsByName extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config, JavaType type, BeanDescription description, JsonDeserializer<?> given) {
            return given instanceof FromText<?> ? given : byName(type.getRawClass());
        }

        private static <T> FromText<T> byName(Class<T> type) {
            var constants = Arrays.asList(type.getEnumConstants());
            var names = constants.stream()
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "));
            return new FromText<>(
                    type,
                    "one of " + names,
                    text -> constants.stream()
                            .filter(constant -> constant.toString().equalsIgnoreCase(text))
                            .findFirst()
                            .orElseThrow(IllegalArgumentException::new));
        }
    }
}
