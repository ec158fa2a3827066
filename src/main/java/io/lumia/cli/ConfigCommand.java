package io.lumia.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.config.CannotStart;
import io.lumia.config.ConfigurationUnusable;
import io.lumia.config.HostPort;
import io.lumia.config.LumiaConfig;
import io.lumia.config.Setting;
import io.lumia.emqx.EmqxConfiguration;
import io.lumia.renewal.target.HaproxyConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Validates a configuration and tells where each value comes from. */
@Command(
        name = "config",
        description = "Validate the configuration, or show where each value comes from.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "(check | show | haproxy | emqx)")
public final class ConfigCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the fields
    private ConfigCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: check, show, haproxy or emqx");
    }

    @Command(name = "check", mixinStandardHelpOptions = true, description = "Validate; names every problem at once.")
    int check(@Mixin ConfigOptions options) {
        var config = options.load().config();
        var problems = problems(config);
        if (!problems.isEmpty()) {
            throw new ConfigurationUnusable(problems);
        }
        print("The configuration is fine.");
        return 0;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show each key, its value and where it was set; secrets are masked.")
    int show(
            @Mixin ConfigOptions options,
            @Option(names = "--json", description = "As JSON.") boolean json,
            @Option(names = "--changed", description = "Only what differs from the defaults.") boolean changed) {
        var settings = options.load().settings().stream()
                .filter(setting -> !changed || setting.changed())
                .toList();
        print(json ? json(settings) : table(settings));
        return 0;
    }

    @Command(
            name = "haproxy",
            mixinStandardHelpOptions = true,
            description = "Print a configuration of HAProxy that passes MQTT over TLS on to brokers.")
    int haproxy(
            @Option(names = "--bind", paramLabel = "HOST:PORT", defaultValue = "0.0.0.0:8883") String bind,
            @Option(names = "--broker", paramLabel = "HOST:PORT", required = true, description = "Repeatable.")
                    List<String> brokers,
            @Option(
                            names = "--proxy-protocol",
                            description = "Tell brokers the client's address; EMQX can be told to expect that,"
                                    + " Mosquitto and the embedded broker do not understand it.")
                    boolean proxyProtocol) {
        try {
            var servers = brokers.stream().map(HostPort::parse).toList();
            print(new HaproxyConfiguration(HostPort.parse(bind), servers, proxyProtocol)
                    .text()
                    .stripTrailing());
            return 0;
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(spec.commandLine(), String.valueOf(malformed.getMessage()));
        }
    }

    @Command(
            name = "emqx",
            mixinStandardHelpOptions = true,
            description = "Print a configuration of EMQX 5 that knows clients by their certificates.")
    int emqx(
            @Option(names = "--bind", paramLabel = "HOST:PORT", defaultValue = "0.0.0.0:8883") String bind,
            @Option(
                            names = "--certificates",
                            paramLabel = "DIR",
                            defaultValue = "/etc/emqx/certs",
                            description = "Where EMQX finds server.crt, server.key, ca.crt and acl.conf.")
                    String directory,
            @Option(names = "--proxy-protocol", description = "HAProxy tells the client's address.")
                    boolean proxyProtocol,
            @Option(names = "--rules", description = "Print acl.conf instead.") boolean rules) {
        var configuration = new EmqxConfiguration("default", bind, directory, proxyProtocol);
        print((rules ? EmqxConfiguration.rules() : configuration.text()).stripTrailing());
        return 0;
    }

    /** What a start would stumble over and can be seen without one. */
    private static List<String> problems(LumiaConfig config) {
        var problems = new ArrayList<String>();
        if (!writable(config.data())) {
            problems.add("data: the directory " + config.data()
                    + " cannot be written; make it writable for this user or choose another with --data");
        }
        readable("authority.password-file", config.authority().passwordFile(), problems);
        readable("broker.acl-file", config.broker().aclFile(), problems);
        return problems;
    }

    private static boolean writable(Path directory) {
        @Nullable Path existing = directory.toAbsolutePath().normalize();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
    }

    private static void readable(String key, @Nullable Path file, List<String> problems) {
        if (file != null && !(Files.isRegularFile(file) && Files.isReadable(file))) {
            problems.add(key + ": the file " + file + (Files.exists(file) ? " cannot be read" : " does not exist")
                    + "; check the path and that this user may read it");
        }
    }

    private static String table(List<Setting> settings) {
        int keys = settings.stream().mapToInt(one -> one.key().length()).max().orElse(0);
        int values = settings.stream()
                .mapToInt(one -> one.value().length())
                .filter(length -> length <= 40)
                .max()
                .orElse(0);
        var lines = settings.stream()
                .map(one -> padded(one.key(), keys) + "  " + padded(one.value(), values) + "  " + one.source())
                .toList();
        return String.join(System.lineSeparator(), lines);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String json(List<Setting> settings) {
        record Line(String key, String value, String source) {}
        try {
            return new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(settings.stream()
                            .map(one -> new Line(one.key(), one.value(), one.source()))
                            .toList());
        } catch (JsonProcessingException impossible) {
            throw new CannotStart("the configuration cannot be shown as JSON", impossible);
        }
    }

    private void print(String text) {
        var out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
    }
}
