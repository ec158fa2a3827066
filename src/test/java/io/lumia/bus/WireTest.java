package io.lumia.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.x509.SerialNumber;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each message of the fleet between two nodes, which may be of two versions. */
class WireTest {
    private static final ObjectMapper CBOR = new CBORMapper();

    @ParameterizedTest
    @MethodSource("messages")
    void every_message_arrives_as_it_was_sent(Class<?> type) {
        assertThat(Samples.of(type)).isNotEmpty().allSatisfy(sent -> {
            Object arrived = Wire.read(Wire.write(sent), type);
            assertThat(arrived).isEqualTo(sent);
        });
    }

    @ParameterizedTest
    @MethodSource("messages")
    void what_a_newer_version_adds_is_skipped(Class<?> type) {
        assertThat(Samples.of(type).filter(sent -> !(sent instanceof Enum))).allSatisfy(sent -> {
            var newer = Buffer.buffer(CBOR.writeValueAsBytes(
                    withMore(CBOR.readTree(Wire.write(sent).getBytes()))));
            Object arrived = Wire.read(newer, type);
            assertThat(arrived).isEqualTo(sent);
        });
    }

    @Test
    void an_outcome_of_a_newer_version_is_a_failure_that_names_it() throws IOException {
        var newer = CBOR.createObjectNode().put("outcome", "Postponed").put("serial", "01");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.read(Buffer.buffer(CBOR.writeValueAsBytes(newer)), RevokeOutcome.class))
                .withMessageContaining("RevokeOutcome")
                .withMessageContaining("Postponed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.read(Buffer.buffer(CBOR.writeValueAsBytes("LENT")), ReleaseOutcome.class))
                .withMessageContaining("ReleaseOutcome");
    }

    @Test
    void a_message_that_was_cut_off_is_none() {
        var whole = Wire.write(new RevokeOutcome.Unknown(new SerialNumber(BigInteger.TEN)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Wire.read(whole.slice(0, whole.length() - 2), RevokeOutcome.class));
    }

    @Test
    void is_smaller_than_json() {
        var sent = Samples.of(CertificateRevoked.class).findFirst().orElseThrow();
        assertThat(Wire.write(sent).length()).isLessThan(RecordJson.write(sent).length);
    }

    /** As FleetBus has them, so that a new one cannot be forgotten. */
    static List<Class<?>> messages() {
        var spoken = Arrays.stream(FleetBus.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()))
                .map(WireTest::constant)
                .flatMap(WireTest::typesOf);
        var listeners = typesOf(FleetBus.renewListener("broker"));
        var nested = Arrays.stream(FleetBus.class.getClasses());
        var all = Stream.of(spoken, listeners, nested)
                .flatMap(types -> types)
                .distinct()
                .toList();
        assertThat(all).hasSizeGreaterThan(100);
        return List.copyOf(all);
    }

    private static Object constant(java.lang.reflect.Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException hidden) {
            throw new AssertionError(hidden);
        }
    }

    private static Stream<Class<?>> typesOf(Object constant) {
        if (constant instanceof Call<?, ?> call) {
            return Stream.of(call.question(), call.answer());
        }
        return constant instanceof Event<?> event ? Stream.of(event.fact()) : Stream.empty();
    }

    /** In every object below as well, save maps, whose members are data. */
    private static JsonNode withMore(JsonNode message) {
        if (message instanceof ObjectNode object) {
            object.put("addedByANewerVersion", List.of("x").toString());
        }
        return message;
    }
}
