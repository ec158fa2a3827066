package io.lumia.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lumia.bus.Origin;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.logstash.logback.composite.AbstractJsonProvider;
import org.slf4j.event.KeyValuePair;

/** Key-values of a log line as JSON fields: numbers and truths as such, anything else as text, each key once. */
final class PlainKeyValues extends AbstractJsonProvider<ILoggingEvent> {
    /** Names of the line itself, which no key-value may write again. */
    private static final Set<String> TAKEN = Set.of(
            "@timestamp", "@version", "message", "logger_name", "thread_name", "level", "level_value", "stack_trace");

    @Override
    public void writeTo(JsonGenerator json, ILoggingEvent event) throws IOException {
        var pairs = event.getKeyValuePairs();
        var written = new HashSet<>(TAKEN);
        var origin = Origin.current();
        if (origin.isPresent()) {
            written.add("correlation");
            json.writeStringField("correlation", origin.get().correlation());
        }
        for (KeyValuePair pair : pairs == null ? List.<KeyValuePair>of() : pairs) {
            if (!written.add(pair.key)) {
                continue;
            }
            json.writeFieldName(pair.key);
            if (pair.value instanceof Integer || pair.value instanceof Long || pair.value instanceof Short) {
                json.writeNumber(((Number) pair.value).longValue());
            } else if (pair.value instanceof Number number) {
                json.writeNumber(number.doubleValue());
            } else if (pair.value instanceof Boolean truth) {
                json.writeBoolean(truth);
            } else {
                json.writeString(String.valueOf(pair.value));
            }
        }
    }
}
