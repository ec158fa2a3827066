package io.lumia.provisioning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.access.AddressRange;
import io.lumia.provisioning.ProvisioningGate.SetBy;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;

/** A gate as JSON, the way it is stored. */
final class GateText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private GateText() {}

    static String write(ProvisioningGate gate) {
        var object = JSON.createObjectNode();
        object.put("enabled", gate.enabled());
        var offAt = gate.offAt();
        if (offAt != null) {
            object.put("offAt", offAt.toString());
        }
        object.put("setBy", gate.setBy().name());
        var entries = object.putArray("whitelist");
        gate.whitelist().forEach(range -> entries.add(range.toString()));
        return object.toString();
    }

    /** @throws IllegalArgumentException when the text is no stored gate */
    static ProvisioningGate read(String text) {
        try {
            var object = JSON.readTree(text);
            var whitelist = new ArrayList<AddressRange>();
            for (JsonNode entry : object.required("whitelist")) {
                whitelist.add(AddressRange.parse(entry.asText()));
            }
            var offAt = object.get("offAt");
            return new ProvisioningGate(
                    object.required("enabled").booleanValue(),
                    offAt == null ? null : Instant.parse(offAt.asText()),
                    whitelist,
                    SetBy.valueOf(object.required("setBy").asText()),
                    true);
        } catch (JsonProcessingException | DateTimeException malformed) {
            throw new IllegalArgumentException("stored provisioning setting is malformed", malformed);
        }
    }
}
