package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.config.Rate;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia rotate-fleet}: every device renews, so many each second. */
@Command(
        name = "rotate-fleet",
        mixinStandardHelpOptions = true,
        description = "Has every device renew its certificate, so many each second; a drill for the day it must be.",
        subcommands = {
            RotateFleetCommand.Start.class,
            RotateFleetCommand.Status.class,
            RotateFleetCommand.Pause.class,
            RotateFleetCommand.Resume.class,
            RotateFleetCommand.Abort.class
        })
public final class RotateFleetCommand implements Callable<Integer> {
    private static final String PATH = "/fleet-rotation";

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Mixin
    private Pace pace = new Pace();

    /** With a rate it starts, as {@code start} does. */
    @Override
    public Integer call() {
        return pace.rate.isEmpty()
                ? admin.run(client -> client.get(PATH), RotateFleetCommand::print)
                : pace.start(admin);
    }

    /** {@code lumia rotate-fleet start}. */
    @Command(name = "start", mixinStandardHelpOptions = true, description = "Starts; needs --rate.")
    static final class Start implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private Pace pace = new Pace();

        @Override
        public Integer call() {
            return pace.start(admin);
        }
    }

    /** How fast, and when to stop. */
    static final class Pace {
        @Option(names = "--rate", paramLabel = "N/s", description = "Devices that begin: 5/s, 30/m, 100/h")
        private String rate = "";

        @Option(
                names = "--max-failed",
                paramLabel = "SHARE",
                description = "It stops by itself when more fail, for instance 5%%; default: ${DEFAULT-VALUE}")
        private String mostFailed = "5%";

        int start(AdminOptions admin) {
            var body = AdminClient.JSON.createObjectNode();
            try {
                body.put("mostFailed", share(mostFailed)).put("rate", rate);
                var unused = Rate.parse(rate);
            } catch (IllegalArgumentException malformed) {
                throw admin.usage(String.valueOf(malformed.getMessage()));
            }
            return admin.run(client -> client.send("POST", PATH, body), RotateFleetCommand::print);
        }

        private static double share(String text) {
            if (!text.matches("\\d{1,3}(\\.\\d{1,3})?%")) {
                throw new IllegalArgumentException("expected a share such as 5%, is " + text);
            }
            return Double.parseDouble(text.substring(0, text.length() - 1)) / 100;
        }
    }

    /** {@code lumia rotate-fleet status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Tells how far it is.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.get(PATH), RotateFleetCommand::print);
        }
    }

    /** {@code lumia rotate-fleet pause}. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Lets those at work end and no other begin.")
    static final class Pause implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return patch(admin, "paused");
        }
    }

    /** {@code lumia rotate-fleet resume}. */
    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on.")
    static final class Resume implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return patch(admin, "running");
        }
    }

    /** {@code lumia rotate-fleet abort}. */
    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            description = "Ends it; devices that have not had their turn keep what they have.")
    static final class Abort implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.delete(PATH), RotateFleetCommand::print);
        }
    }

    private static int patch(AdminOptions admin, String state) {
        var body = AdminClient.JSON.createObjectNode().put("state", state);
        return admin.run(client -> client.send("PATCH", PATH, body), RotateFleetCommand::print);
    }

    private static void print(JsonNode status, PrintWriter out) {
        var state = status.path("state").asText();
        if (state.equals("idle")) {
            out.println("no fleet rotation since the start; begin one with: lumia rotate-fleet start --rate 5/s");
            return;
        }
        out.println("fleet rotation is " + state + ", at "
                + status.path("perSecond").asText() + " devices a second, by "
                + status.path("actor").asText());
        for (String count : new String[] {"done", "failed", "absent", "working", "left"}) {
            out.printf("  %-8s %d%n", count, status.path(count).asLong());
        }
        if (!status.path("endsAt").isNull()) {
            boolean over = state.equals("done") || state.equals("aborted");
            out.println((over ? "  ended    " : "  ends     ")
                    + status.path("endsAt").asText());
        }
        if (state.equals("halted")) {
            out.println("  too many failed: see Lumia's log for each; go on with: lumia rotate-fleet resume");
        }
    }
}
