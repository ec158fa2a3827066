package io.lumia.web.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, as browsers hear it.
 *
 * @param id grows by one; where a browser goes on after a gap
 * @param happening what it is
 * @param frame as it travels
 */
public record LiveEvent(long id, Instant at, Happening happening, Buffer frame) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How grave it is: {@code good}, {@code plain}, {@code warning} or {@code bad}. */
    public enum Tone {
        GOOD,
        PLAIN,
        WARNING,
        BAD;

        /** As a CSS class and in JSON. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param type its address on the bus: {@code certificate.issued}
     * @param identity whom it is about; null: nobody in particular
     * @param serial of which certificate; null: of none
     * @param text one sentence for people, without the identity
     * @param more members for programs
     */
    public record Happening(
            String type,
            Tone tone,
            @Nullable String identity,
            @Nullable String serial,
            String text,
            Map<String, Object> more) {}

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Json(
            long id,
            String type,
            String at,
            String tone,
            @Nullable String identity,
            @Nullable String serial,
            String text,
            Map<String, Object> details) {}

    static LiveEvent of(long id, Instant at, Happening what) {
        var json = new Json(
                id, what.type, at.toString(), what.tone.label(), what.identity, what.serial, what.text, what.more);
        return new LiveEvent(id, at, what, frame(Long.toString(id), null, json));
    }

    /** A frame of its own kind, without id: missed ones are not sent again. */
    static Buffer frame(String kind, Object value) {
        return frame(null, kind, value);
    }

    private static Buffer frame(@Nullable String id, @Nullable String kind, Object value) {
        try {
            var frame = Buffer.buffer();
            if (id != null) {
                frame.appendString("id: ").appendString(id).appendString("\n");
            }
            if (kind != null) {
                frame.appendString("event: ").appendString(kind).appendString("\n");
            }
            // JSON has no line ends outside of strings, and within they are escaped: one data line
            return frame.appendString("data: ")
                    .appendString(JSON.writeValueAsString(value))
                    .appendString("\n\n");
        } catch (JsonProcessingException unwritable) {
            throw new IllegalStateException("plain values can be written", unwritable);
        }
    }
}
