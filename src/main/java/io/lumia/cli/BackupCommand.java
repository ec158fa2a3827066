package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.backup.Backup.Made;
import io.lumia.backup.BackupFailed;
import io.lumia.backup.Restore;
import io.lumia.backup.Source;
import io.lumia.backup.StepCaDirectory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description =
                "Makes an encrypted backup of CA, keys, state and configuration, also while Lumia runs, and verifies it.",
        exitCodeListHeading = "Exit codes: 0 made and verified, 1 failed, 2 usage%n",
        subcommands = {BackupVerifyCommand.class})
public final class BackupCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--directory", paramLabel = "DIR", description = "Where to (backup.directory, else DATA/backups).")
    private @Nullable Path directory;

    @Option(names = "--step-ca", paramLabel = "DIR", description = "Of the step-ca with this STEPPATH instead.")
    private @Nullable Path stepCa;

    @Option(
            names = "--without-database",
            description = "Leave step-ca's database out, which cannot be copied while step-ca runs.")
    private boolean withoutDatabase;

    @Option(names = "--no-verify", description = "Do not restore it into a scratch directory afterwards.")
    private boolean unverified;

    @Override
    public Integer call() {
        return answering.answer(this::make, BackupCommand::print);
    }

    private JsonNode make() throws CommandFailed {
        var config = options.load().config();
        var backups = new BackupOptions(config, System.getenv());
        Source source = stepCa == null ? backups.data(options.files()) : new StepCaDirectory(stepCa, !withoutDatabase);
        var clock = Clock.systemUTC();
        try {
            var made = backups.backup(directory == null ? backups.directory() : directory, clock)
                    .make(source);
            var answer = told(made);
            if (!unverified) {
                var verified =
                        backups.restore(made.file(), java.util.List.of(), clock).verify();
                verified.found().forEach(answer.withArray("verified")::add);
                answer.put("restoreMillis", verified.took().toMillis());
            }
            return answer;
        } catch (BackupFailed failed) {
            throw new CommandFailed(String.valueOf(failed.getMessage()));
        }
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode told(Made made) {
        var answer = AdminClient.JSON
                .createObjectNode()
                .put("file", made.file().toAbsolutePath().toString())
                .put("of", made.manifest().kind().label())
                .put("madeAt", made.manifest().madeAt().toString())
                .put("files", made.files())
                .put("bytes", made.bytes());
        made.manifest().notes().forEach(answer.withArray("notes")::add);
        made.deleted().forEach(old -> answer.withArray("deleted").add(old.toString()));
        return answer;
    }

    private static void print(JsonNode made, PrintWriter out) {
        out.println("made      " + made.path("file").asText());
        out.println("holds     " + made.path("files").asLong() + " files, "
                + made.path("bytes").asLong() + " bytes encrypted");
        made.path("notes").forEach(note -> out.println("note      " + note.asText()));
        made.path("verified").forEach(found -> out.println("verified  " + found.asText()));
        if (made.has("restoreMillis")) {
            out.println("restored  into a scratch directory in "
                    + made.path("restoreMillis").asLong() + " ms");
        }
        made.path("deleted").forEach(old -> out.println("deleted   " + old.asText() + ", older than backup.keep"));
    }

    static void addTo(com.fasterxml.jackson.databind.node.ObjectNode answer, Restore.Outcome outcome) {
        answer.put("of", outcome.manifest().kind().label())
                .put("madeAt", outcome.manifest().madeAt().toString())
                .put("files", outcome.files())
                .put("bytes", outcome.bytes())
                .put("millis", outcome.took().toMillis());
        outcome.manifest().notes().forEach(answer.withArray("notes")::add);
        outcome.found().forEach(answer.withArray("verified")::add);
    }
}
