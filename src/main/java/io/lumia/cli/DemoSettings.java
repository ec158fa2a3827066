package io.lumia.cli;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LumiaConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * With what a demonstration runs: the profile {@code demo} on free ports, so that it disturbs nothing that runs.
 *
 * @param settings {@code key=value} each; a later one wins
 */
record DemoSettings(Path data, List<String> settings) {
    /** @param given by the user, over all others */
    static DemoSettings of(Demonstration demonstration, int devices, List<String> given, Path data) throws IOException {
        var all = new ArrayList<>(List.of(
                "authority.port=0",
                "authority.http-port=0",
                "provisioning.port=0",
                "broker.port=0",
                "web.port=0",
                "metrics.port=0",
                "authority.acme.http01-port=" + freePort(),
                "swarm.devices=" + devices));
        all.addAll(demonstration.settings());
        all.addAll(given);
        return new DemoSettings(data, all);
    }

    /** The same with more settings over these. */
    DemoSettings with(List<String> more) {
        var all = new ArrayList<>(settings);
        all.addAll(more);
        return new DemoSettings(data, all);
    }

    DemoSettings at(Path directory) {
        return new DemoSettings(directory, settings);
    }

    /** @throws io.lumia.config.ConfigurationUnusable naming every problem at once */
    LumiaConfig config() {
        return new ConfigLoader()
                .load(ConfigSources.ofProfile("demo").withSettings(settings).withData(data))
                .config();
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }
}
