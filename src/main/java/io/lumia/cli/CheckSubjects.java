package io.lumia.cli;

import io.lumia.config.HostPort;
import io.lumia.config.WatchConfig.Protocol;
import io.lumia.expiry.Watch;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the arguments of {@code lumia check} mean, with the options that hold for all of them. */
record CheckSubjects(
        Watch.Expectation expectation,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path passwordFile,
        Duration warning,
        Duration critical) {
    /** A URL, a file where there is one, host:port, else a file that is not there. @throws IllegalArgumentException for a malformed URL */
    Watch watch(String argument) {
        return new Watch(argument, subject(argument), expectation, warning, critical);
    }

    private Watch.Subject subject(String argument) {
        if (argument.startsWith("https://") || argument.startsWith("http://")) {
            return new Watch.Directory(URI.create(argument));
        }
        for (String scheme : List.of("mqtts://", "mqtt://", "ssl://", "tls://")) {
            if (argument.startsWith(scheme)) {
                return endpoint(
                        HostPort.parse(argument.substring(scheme.length())),
                        scheme.startsWith("mqtt") ? Protocol.MQTT : Protocol.TLS);
            }
        }
        return !Files.exists(Path.of(argument)) && argument.matches("[^/*?]+:\\d+")
                ? endpoint(HostPort.parse(argument), Protocol.TLS)
                : new Watch.Files(List.of(argument), passwordFile);
    }

    private Watch.Endpoint endpoint(HostPort address, Protocol protocol) {
        return new Watch.Endpoint(address, protocol, certificate, key);
    }
}
