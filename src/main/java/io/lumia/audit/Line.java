package io.lumia.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lumia.bus.FleetBus.Audited;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A line of the log: JSON, ASCII, first its number, last the hash of the line before and the MAC of everything up to itself.
 *
 * @param bytes without the line feed
 * @param sequence number; from 1 on, without gaps
 * @param previous SHA-256 of the line before, that line's MAC included
 * @param mac lower-case hexadecimal
 */
@SuppressWarnings("ArrayRecordComponent") // lines are not compared
record Line(byte[] bytes, long sequence, String previous, String mac) {
    /** No line is longer: its parts are bounded. */
    static final int LONGEST = 64 * 1024;

    private static final int ACTOR = 256;
    private static final int ACTION = 64;
    private static final int OBJECT = 512;
    private static final int SHORT = 128;
    private static final int DETAIL = 1024;
    private static final int DETAILS = 16;
    /** Everything beyond printable ASCII is escaped: no terminal and no parser can be led astray by it. */
    private static final JsonFactory JSON = new JsonFactory();

    private static final int LAST_PRINTABLE = '~';
    private static final String MAC_MEMBER = ",\"mac\":\"";
    private static final int MAC_LENGTH = MAC_MEMBER.length() + 64 + "\"}".length();
    private static final Pattern BEGIN = Pattern.compile("\\{\"seq\":([1-9][0-9]{0,17}),");
    private static final Pattern END = Pattern.compile(",\"prev\":\"([0-9a-f]{64})\",\"mac\":\"([0-9a-f]{64})\"}");
    private static final int END_LENGTH = ",\"prev\":\"".length() + 64 + 1 + MAC_LENGTH;

    /** The line that comes after the head. */
    static Line after(Head head, Audited act, ChainKey key) {
        long sequence = head.sequence() + 1;
        var content = content(sequence, act, head.hash());
        var mac = key.mac(content, content.length);
        var end = (MAC_MEMBER + mac + "\"}").getBytes(StandardCharsets.US_ASCII);
        var bytes = Arrays.copyOf(content, content.length + end.length);
        System.arraycopy(end, 0, bytes, content.length, end.length);
        return new Line(bytes, sequence, head.hash(), mac);
    }

    /** Empty when this is no line of a chain. */
    static Optional<Line> read(byte[] bytes) {
        if (bytes.length < END_LENGTH) {
            return Optional.empty();
        }
        var begin = BEGIN.matcher(text(bytes, 0, Math.min(bytes.length, 32)));
        var end = END.matcher(text(bytes, bytes.length - END_LENGTH, END_LENGTH));
        return begin.lookingAt() && end.matches()
                ? Optional.of(new Line(bytes, Long.parseLong(begin.group(1)), end.group(1), end.group(2)))
                : Optional.empty();
    }

    boolean isBy(ChainKey key) {
        return key.mac(bytes, bytes.length - MAC_LENGTH).equals(mac);
    }

    Head head() {
        return new Head(sequence, ChainKey.sha256(bytes));
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }

    /** The whole object but for the MAC and what closes it. */
    private static byte[] content(long sequence, Audited act, String previous) {
        var out = new ByteArrayOutputStream(512);
        try (var json = JSON.createGenerator(out)) {
            json.setHighestNonEscapedChar(LAST_PRINTABLE);
            json.writeStartObject();
            json.writeNumberField("seq", sequence);
            json.writeStringField("at", act.at().toString());
            json.writeStringField("actor", bounded(act.actor(), ACTOR));
            json.writeStringField("action", bounded(act.action(), ACTION));
            json.writeStringField("object", bounded(act.object(), OBJECT));
            json.writeStringField("outcome", bounded(act.outcome(), SHORT));
            if (act.address() != null) {
                json.writeStringField("address", bounded(act.address(), SHORT));
            }
            if (act.correlation() != null) {
                json.writeStringField("correlation", bounded(act.correlation(), SHORT));
            }
            details(act, json);
            json.writeStringField("prev", previous);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException("an array in memory cannot be written", impossible);
        }
        return Arrays.copyOf(out.toByteArray(), out.size() - 1);
    }

    private static void details(Audited act, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("details");
        int left = DETAILS;
        for (var detail : new TreeMap<>(act.details()).entrySet()) {
            if (left-- == 0) {
                break;
            }
            json.writeStringField(bounded(detail.getKey(), ACTION), bounded(detail.getValue(), DETAIL));
        }
        json.writeEndObject();
    }

    private static String bounded(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
