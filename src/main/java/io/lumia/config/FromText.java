package io.lumia.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.util.function.Function;

/** Reads a value from one text, so files, environment and arguments are understood alike. */
final class FromText<T> extends StdScalarDeserializer<T> {
    private final String expected;
    private final transient Function<String, T> parse;

    /** @param parse throws IllegalArgumentException with a message for the operator */
    FromText(Class<T> type, String expected, Function<String, T> parse) {
        super(type);
        this.expected = expected;
        this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            var shape = parser.currentToken() == JsonToken.START_ARRAY ? "a list" : "a block of keys";
            throw JsonMappingException.from(parser, "expected " + expected + ", is " + shape);
        }
        try {
            return parse.apply(parser.getText());
        } catch (IllegalArgumentException unfit) {
            throw JsonMappingException.from(parser, said(unfit, parser.getText()), unfit);
        }
    }

    private String said(IllegalArgumentException unfit, String text) {
        var message = unfit.getMessage();
        if (message == null || unfit instanceof NumberFormatException || !message.contains("'")) {
            return "expected " + expected + ", is '" + text + "'";
        }
        return message;
    }
}
