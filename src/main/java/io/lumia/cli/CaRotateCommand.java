package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca rotate}: guides from one root, or intermediate, to the next. */
@Command(
        name = "rotate",
        mixinStandardHelpOptions = true,
        description =
                "Replaces the root, or the intermediate, of the running CA without dropping a connection: start, then next"
                        + " for each step. Every step says what it waits for and who is missing.",
        subcommands = {
            CaRotateCommand.Start.class,
            CaRotateCommand.Status.class,
            CaRotateCommand.Next.class,
            CaRotateCommand.Abort.class
        })
public final class CaRotateCommand implements Callable<Integer> {
    private static final String PATH = "/ca/rotation";
    private static final int BLOCKED = 3;
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Set<String> OVER = Set.of("idle", "done", "aborted");

    @Mixin
    private AdminOptions admin = new AdminOptions();

    /** As {@code status} does. */
    @Override
    public Integer call() {
        return admin.run(client -> client.get(PATH), CaRotateCommand::print);
    }

    /** {@code lumia ca rotate start}. */
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Makes the new keys and certificates; nobody is told of them before the next step.")
    static final class Start implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Option(names = "--intermediate", description = "Only the intermediate; the root stays")
        private boolean intermediate;

        @Override
        public Integer call() {
            var body = AdminClient.JSON.createObjectNode().put("kind", intermediate ? "intermediate" : "root");
            return admin.run(client -> client.send("POST", PATH, body), CaRotateCommand::print);
        }
    }

    /** {@code lumia ca rotate status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Tells how far it is, what it waits for and who is missing.",
            exitCodeListHeading = "Exit codes: 0 nothing is missing, 1 failed, 2 usage, 3 the next step is blocked%n")
    static final class Status implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private final Waiting waiting;

        Status() {
            this(LOOK);
        }

        /** @param look between two looks at what is waited for */
        Status(Duration look) {
            this.waiting = new Waiting(look);
        }

        @Override
        public Integer call() {
            var last = new JsonNode[1];
            int told = admin.run(
                    client -> last[0] = waiting.settled(client, client.get(PATH), admin::progress),
                    CaRotateCommand::print);
            return told == 0 && !last[0].path("blocked").asText().isEmpty() ? BLOCKED : told;
        }
    }

    /** {@code lumia ca rotate next}. */
    @Command(
            name = "next",
            aliases = "continue",
            mixinStandardHelpOptions = true,
            description = "Takes the next step, if nobody is missing.")
    static final class Next implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Mixin
        private final Waiting waiting;

        @Option(
                names = "--force",
                description =
                        "Go past those who are missing; they are named in the audit log and may lose their connections")
        private boolean force;

        @Option(
                names = "--revoke-old",
                description = "With the last step of an intermediate's rotation: the root's CRL lists the old one")
        private boolean revokeOld;

        Next() {
            this(LOOK);
        }

        /** @param look between two looks at what is waited for */
        Next(Duration look) {
            this.waiting = new Waiting(look);
        }

        @Override
        public Integer call() {
            return admin.run(this::step, CaRotateCommand::print);
        }

        /** Who is gone past by force is not waited for first. */
        private JsonNode step(AdminClient client) throws CommandFailed {
            if (waiting.wait && !force) {
                var before = client.get(PATH);
                var settled = waiting.settled(client, before, admin::progress);
                if (isOver(settled) && !isOver(before)) {
                    return settled; // it took its last step by itself
                }
            }
            var body = AdminClient.JSON.createObjectNode().put("force", force).put("revokeOld", revokeOld);
            return waiting.settled(client, client.send("PATCH", PATH, body), admin::progress);
        }
    }

    /** {@code lumia ca rotate abort}. */
    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            description = "Turns back; status says what that means in each phase.")
    static final class Abort implements Callable<Integer> {
        @Mixin
        private AdminOptions admin = new AdminOptions();

        @Override
        public Integer call() {
            return admin.run(client -> client.delete(PATH), CaRotateCommand::print);
        }
    }

    /** Waits until nobody is missing. */
    static final class Waiting {
        @Option(
                names = "--wait",
                description = "Wait until nothing is missing for the next step, telling how far it is")
        private boolean wait;

        private final Duration look;

        Waiting(Duration look) {
            this.look = look;
        }

        /** @param progress hears how far it is, once for each change */
        JsonNode settled(AdminClient client, JsonNode first, Consumer<String> progress) throws CommandFailed {
            var status = first;
            var last = "";
            while (wait && !isSettled(status)) {
                var now = told(status);
                if (!now.equals(last)) {
                    progress.accept(now);
                    last = now;
                }
                pause();
                status = client.get(PATH);
            }
            return status;
        }

        private static String told(JsonNode status) {
            var blocked = status.path("blocked").asText();
            return status.path("phase").asText() + (blocked.isEmpty() ? "" : ": " + blocked);
        }

        private static boolean isSettled(JsonNode status) {
            boolean nobodyMissing = status.path("ready").asBoolean()
                    && !status.path("next").asText().contains("by itself");
            return nobodyMissing || isOver(status);
        }

        private void pause() throws CommandFailed {
            try {
                Thread.sleep(look.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandFailed("interrupted; the rotation goes on, look again with: lumia ca rotate status");
            }
        }
    }

    private static boolean isOver(JsonNode status) {
        return OVER.contains(status.path("phase").asText());
    }

    private static void print(JsonNode status, PrintWriter out) {
        var phase = status.path("phase").asText();
        if (phase.equals("idle")) {
            out.println("there was no rotation yet; begin one with: lumia ca rotate start [--intermediate]");
            return;
        }
        out.println("rotation of the " + status.path("kind").asText() + ": " + phase + ", since "
                + status.path("since").asText());
        out.println("  " + status.path("explanation").asText());
        fact(out, "old root", status.path("oldRoot"));
        fact(out, "new root", status.path("newRoot"));
        status.path("adoption").properties().forEach(kind -> {
            long confirmed = kind.getValue().path("confirmed").asLong();
            long missing = kind.getValue().path("missing").asLong();
            if (confirmed + missing > 0) {
                out.printf("  %-9s %d confirmed, %d missing%n", kind.getKey(), confirmed, missing);
            }
        });
        if (status.path("leaves").asLong() > 0) {
            out.printf(
                    "  %-9s %d live of the issuer that is left%n",
                    "leaves", status.path("leaves").asLong());
        }
        stragglers(status, out);
        fact(out, "blocked", status.path("blocked"));
        fact(out, "next", status.path("next"));
        fact(out, "abort", status.path("abort"));
    }

    private static void stragglers(JsonNode status, PrintWriter out) {
        long missing = status.path("missing").asLong();
        if (missing > 0) {
            out.println("  missing:");
            for (JsonNode one : status.path("stragglers")) {
                out.println("    " + one.path("kind").asText() + " "
                        + one.path("name").asText() + ": " + one.path("detail").asText());
            }
            long more = missing - status.path("stragglers").size();
            if (more > 0) {
                out.println("    and " + more + " more");
            }
        }
    }

    private static void fact(PrintWriter out, String name, JsonNode value) {
        if (value.isTextual() && !value.asText().isEmpty()) {
            out.printf("  %-9s %s%n", name, value.asText());
        }
    }
}
