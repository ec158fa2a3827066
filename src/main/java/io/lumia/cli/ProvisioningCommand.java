package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.access.AddressRange;
import io.lumia.config.Durations;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia provisioning}: whether new devices get in, how long and which. */
@Command(
        name = "provisioning",
        mixinStandardHelpOptions = true,
        description = "Turns provisioning on and off and keeps its whitelist.",
        subcommands = {
            ProvisioningCommand.On.class,
            ProvisioningCommand.Off.class,
            ProvisioningCommand.Status.class,
            ProvisioningCommand.Allow.class,
            ProvisioningCommand.Deny.class
        })
public final class ProvisioningCommand {
    private static final String PATH = "/provisioning";
    private static final String WHITELIST = PATH + "/whitelist";

    /** {@code lumia provisioning on}. */
    @Command(name = "on", mixinStandardHelpOptions = true, description = "Turns provisioning on.")
    static final class On implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Option(
                names = "--for",
                paramLabel = "DURATION",
                description = "Turn off again after this, such as 30m; 0s: never; default: provisioning.off-after")
        private @Nullable String duration;

        @Option(
                names = "--allow",
                paramLabel = "ADDRESS",
                description = "Address or CIDR range to whitelist; repeatable")
        private List<String> allow = new ArrayList<>();

        @Override
        public Integer call() {
            var entries = checked(admin, allow);
            var body = AdminClient.JSON.createObjectNode().put("enabled", true);
            if (duration != null) {
                body.put("offAfter", checked(admin, duration));
            }
            return admin.run(
                    client -> {
                        var on = client.send("PATCH", PATH, body);
                        return entries.isEmpty() ? on : client.send("POST", WHITELIST, named("add", entries));
                    },
                    ProvisioningCommand::print);
        }
    }

    /** {@code lumia provisioning off}. */
    @Command(
            name = "off",
            mixinStandardHelpOptions = true,
            description = "Turns provisioning off and clears the whitelist.")
    static final class Off implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            var body = AdminClient.JSON.createObjectNode().put("enabled", false);
            return admin.run(client -> client.send("PATCH", PATH, body), ProvisioningCommand::print);
        }
    }

    /** {@code lumia provisioning status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows switch, timer and whitelist.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.get(PATH), ProvisioningCommand::print);
        }
    }

    /** {@code lumia provisioning allow}. */
    @Command(name = "allow", mixinStandardHelpOptions = true, description = "Adds to the whitelist, all or none.")
    static final class Allow implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "ADDRESS", arity = "1..*", description = "Addresses or CIDR ranges")
        private List<String> entries = new ArrayList<>();

        @Override
        public Integer call() {
            var body = named("add", checked(admin, entries));
            return admin.run(client -> client.send("POST", WHITELIST, body), ProvisioningCommand::print);
        }
    }

    /** {@code lumia provisioning deny}. */
    @Command(name = "deny", mixinStandardHelpOptions = true, description = "Removes from the whitelist, all or none.")
    static final class Deny implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Parameters(paramLabel = "ADDRESS", arity = "1..*", description = "Entries as 'status' shows them")
        private List<String> entries = new ArrayList<>();

        @Override
        public Integer call() {
            var body = named("remove", checked(admin, entries));
            return admin.run(client -> client.send("POST", WHITELIST, body), ProvisioningCommand::print);
        }
    }

    private static List<String> checked(AdminOptions admin, List<String> entries) {
        try {
            return entries.stream()
                    .map(AddressRange::parse)
                    .map(AddressRange::toString)
                    .toList();
        } catch (IllegalArgumentException malformed) {
            throw admin.usage(String.valueOf(malformed.getMessage()));
        }
    }

    private static String checked(AdminOptions admin, String duration) {
        try {
            return Durations.text(Durations.parse(duration));
        } catch (IllegalArgumentException malformed) {
            throw admin.usage("--for: " + malformed.getMessage());
        }
    }

    private static ObjectNode named(String member, List<String> entries) {
        var body = AdminClient.JSON.createObjectNode();
        var list = body.putArray(member);
        entries.forEach(list::add);
        return body;
    }

    private static void print(JsonNode state, PrintWriter out) {
        var offAt = state.path("offAt");
        var until = offAt.isTextual() ? " until " + offAt.asText() : "";
        out.println("provisioning is " + (state.path("enabled").asBoolean() ? "on" + until : "off") + " (set by "
                + state.path("setBy").asText() + ")");
        var whitelist = state.path("whitelist");
        out.println(whitelist.isEmpty() ? "whitelist: empty, nobody gets in" : "whitelist:");
        whitelist.forEach(entry -> out.println("  " + entry.asText()));
    }
}
