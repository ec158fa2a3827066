package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.x509.DeviceName;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia devices}: the fleet's names and who claimed them. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "Lists the names that devices claimed; release gives one free, renew orders one to renew.",
        subcommands = {DevicesCommand.ListDevices.class, DevicesCommand.Release.class, DevicesCommand.Renew.class})
public final class DevicesCommand implements Callable<Integer> {
    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Mixin
    private Selection selection = new Selection();

    @Override
    public Integer call() {
        return selection.list(admin);
    }

    /** {@code lumia devices list}: the same, spelled out. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists devices.")
    static final class ListDevices implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Selection selection = new Selection();

        @Override
        public Integer call() {
            return selection.list(admin);
        }
    }

    /** Which devices. */
    static final class Selection {
        @Option(names = "--query", paramLabel = "TEXT", description = "Part of the name")
        private String query = "";

        @Option(names = "--page", paramLabel = "N", description = "From 0; default: ${DEFAULT-VALUE}")
        private int page = 0;

        @Option(names = "--size", paramLabel = "N", description = "Entries of a page; default: ${DEFAULT-VALUE}")
        private int size = 50;

        int list(AdminOptions admin) {
            var path = "/devices?query=" + AdminClient.encoded(query) + "&page=" + page + "&size=" + size;
            return admin.run(client -> client.get(path), Selection::print);
        }

        private static void print(JsonNode answer, PrintWriter out) {
            var table = new Table("NAME", "ADDRESS", "CLAIMED", "NEWEST CERTIFICATE", "NOT AFTER");
            for (JsonNode device : answer.path("devices")) {
                table.row(
                        device.path("name").asText(),
                        device.path("address").asText(),
                        device.path("claimedAt").asText(),
                        device.path("latestSerial").asText("-").replace("null", "-"),
                        device.path("latestNotAfter").asText("-").replace("null", "-"));
            }
            table.print(out);
            out.println(Pages.summary(answer, answer.path("devices").size(), "device"));
        }
    }

    /** {@code lumia devices release}. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Gives a name free, so that another key can claim it.")
    static final class Release implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "NAME", description = "Name of the device")
        private String name = "";

        @Override
        public Integer call() {
            return admin.run(
                    client -> client.delete(path(admin, name)),
                    (answer, out) ->
                            out.println("released " + answer.path("released").asText()));
        }
    }

    /** {@code lumia devices renew}. */
    @Command(
            name = "renew",
            mixinStandardHelpOptions = true,
            description = "Orders a connected device to renew its certificate now, with a new key.")
    static final class Renew implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "NAME", description = "Name of the device")
        private String name = "";

        @Override
        public Integer call() {
            return admin.run(
                    client -> client.send("POST", path(admin, name) + "/renew", AdminClient.JSON.createObjectNode()),
                    (answer, out) -> out.println(answer.path("device").asText()
                            + (answer.path("outcome").asText().equals("begun")
                                    ? " begins to renew"
                                    : " is renewing already")));
        }
    }

    private static String path(AdminOptions admin, String name) {
        try {
            return "/devices/" + new DeviceName(name);
        } catch (IllegalArgumentException malformed) {
            throw admin.usage(String.valueOf(malformed.getMessage()));
        }
    }
}
