package io.lumia.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus.Audited;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads an act back from its line, whether it is in a chain or from before there was one. */
final class Act {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Act() {}

    /** Empty when the line tells of no act. */
    static Optional<Audited> read(byte[] line) {
        try {
            var json = JSON.readTree(line);
            var details = new TreeMap<String, String>();
            json.path("details")
                    .properties()
                    .forEach(detail ->
                            details.put(detail.getKey(), detail.getValue().asText()));
            return Optional.of(new Audited(
                    Instant.parse(json.path("at").asText()),
                    json.path("actor").asText(),
                    json.path("action").asText(),
                    json.path("object").asText(),
                    json.path("outcome").asText(),
                    details,
                    text(json, "address"),
                    text(json, "correlation")));
        } catch (IOException | DateTimeException noAct) {
            return Optional.empty();
        }
    }

    private static @Nullable String text(JsonNode json, String member) {
        return json.hasNonNull(member) ? json.path(member).asText() : null;
    }
}
