package io.lumia.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** The way between nodes: records as CBOR (RFC 8949), in the members of their {@link RecordJson}, at addresses of their own. */
final class Wire {
    private static final String BETWEEN_NODES = "nodes:";
    private static final ObjectMapper MAPPER = RecordJson.prepared(new CBORMapper());

    private Wire() {}

    /** At which other nodes ask and tell what this process does at the address. */
    static String address(String here) {
        return BETWEEN_NODES + here;
    }

    /** @throws IllegalArgumentException when the record holds something that has no CBOR form */
    static Buffer write(Object message) {
        try {
            return Buffer.buffer(MAPPER.writeValueAsBytes(message));
        } catch (JsonProcessingException unwritable) {
            throw new IllegalArgumentException(
                    "message has no CBOR form: " + unwritable.getOriginalMessage(), unwritable);
        }
    }

    /** @throws IllegalArgumentException when it is no such message */
    static <T> T read(Buffer cbor, Class<T> type) {
        try {
            return MAPPER.readValue(cbor.getBytes(), type);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "not a " + type.getSimpleName() + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
