package io.lumia.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.lumia.config.LogConfig;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;

/** Sets the log up. It goes to stderr, so that stdout carries only what a command answers, the ready lines included. */
public final class Logging {
    /** They tell of every connection or statement at INFO. */
    private static final List<String> TALKATIVE = List.of(
            "io.netty",
            "io.vertx",
            "com.hazelcast",
            "org.flywaydb",
            "org.jdbi",
            "org.shredzone.acme4j",
            "org.xbill",
            "org.sqlite");

    /** They warn of what is meant to be so, and of each connection to a node that left, which the cluster tells in one line. */
    private static final List<String> ANXIOUS = List.of(
            "com.hazelcast.instance.impl.HazelcastInstanceFactory",
            "com.hazelcast.cp",
            "com.hazelcast.internal.cluster",
            "com.hazelcast.internal.server",
            "com.hazelcast.spi.impl.operationservice");

    private final LoggerContext context;
    private final OutputStream out;
    private final boolean colours;

    Logging(LoggerContext context, OutputStream out, boolean colours) {
        this.context = context;
        this.out = out;
        this.colours = colours;
    }

    /** Of this process, to stderr. */
    public static Logging ofProcess() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            return toStandardError(context);
        }
        throw new IllegalStateException("the log needs logback on the class path");
    }

    static Logging toStandardError(LoggerContext context) {
        // Java 17 cannot ask whether stderr is a terminal; the launcher can
        return new Logging(context, System.err, Boolean.getBoolean("lumia.colours"));
    }

    /** Replaces whatever was set up before. */
    public void apply(LogConfig log) {
        context.reset();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setEncoder(log.format() == LogConfig.Format.JSON ? json() : text());
        appender.setOutputStream(new KeptOpen(out));
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        level(log.level());
    }

    /** Changes the level of a running process. */
    public void level(LogConfig.Level level) {
        var wanted = Level.toLevel(level.name());
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(wanted);
        var quiet = wanted.isGreaterOrEqual(Level.WARN) ? wanted : Level.WARN;
        TALKATIVE.forEach(name -> context.getLogger(name).setLevel(quiet));
        ANXIOUS.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    }

    private Encoder<ILoggingEvent> text() {
        var layout = new TextLine(ZoneId.systemDefault(), colours);
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    private Encoder<ILoggingEvent> json() {
        var encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setIncludeKeyValuePairs(false);
        encoder.addProvider(new PlainKeyValues());
        encoder.start();
        return encoder;
    }
}
