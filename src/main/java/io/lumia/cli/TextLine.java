package io.lumia.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.lumia.bus.Origin;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A log line for people: time, level, logger, sentence, key-values. Whatever comes from outside stays on its line: control characters are
 * written as escapes, and the lines of a stack trace are marked.
 */
final class TextLine extends LayoutBase<ILoggingEvent> {
    private static final int WIDEST_LEVEL = "ERROR".length();

    private final DateTimeFormatter time;
    private final boolean colours;

    TextLine(ZoneId zone, boolean colours) {
        this.time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(zone);
        this.colours = colours;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        var logger = event.getLoggerName();
        var line = new StringBuilder(160)
                .append(time.format(event.getInstant()))
                .append(' ')
                .append(level(event.getLevel()))
                .append(' ')
                .append(logger.substring(logger.lastIndexOf('.') + 1))
                .append(": ");
        escape(event.getFormattedMessage(), line);
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(pair -> {
                escape(" " + pair.key + "=", line);
                value(String.valueOf(pair.value), line);
            });
        }
        // the log is written by the thread that tells it
        Origin.current().ifPresent(origin -> line.append(" correlation=").append(origin.correlation()));
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            ThrowableProxyUtil.asString(event.getThrowableProxy()).lines().forEach(frame -> {
                line.append("    | ");
                escape(frame.replace("\t", "  "), line);
                line.append('\n');
            });
        }
        return line.toString();
    }

    /** Without what could move a terminal's cursor or end the line. */
    static String printable(String text) {
        var into = new StringBuilder(text.length());
        escape(text, into);
        return into.toString();
    }

    private String level(Level level) {
        var name =
                level + " ".repeat(Math.max(0, WIDEST_LEVEL - level.toString().length()));
        if (!colours || level.equals(Level.INFO)) {
            return name;
        }
        var colour = level.isGreaterOrEqual(Level.ERROR) ? "31" : level.isGreaterOrEqual(Level.WARN) ? "33" : "2";
        return "\u001b[" + colour + "m" + name + "\u001b[0m";
    }

    /** In quotes where blanks or an equals sign could pass for the next pair. */
    private static void value(String value, StringBuilder into) {
        boolean quotes = value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '=');
        into.append(quotes ? "\"" : "");
        escape(quotes ? value.replace("\\", "\\\\").replace("\"", "\\\"") : value, into);
        into.append(quotes ? "\"" : "");
    }

    private static void escape(String text, StringBuilder into) {
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean moves = Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            if (c == '\n') {
                into.append("\\n");
            } else if (moves) {
                into.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                into.appendCodePoint(c);
            }
        });
    }
}
