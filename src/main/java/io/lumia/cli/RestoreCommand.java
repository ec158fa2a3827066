package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.backup.BackupFailed;
import io.lumia.backup.Manifest.Kind;
import io.lumia.backup.Restore;
import io.lumia.backup.StepCaDirectory;
import io.lumia.config.LumiaConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia restore}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description =
                "Restores a backup while nothing runs on the directory; refuses one that is not empty unless forced.",
        exitCodeListHeading = "Exit codes: 0 restored, 1 refused or failed and nothing was changed, 2 usage%n")
public final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Parameters(paramLabel = "FILE", description = "The backup.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Keep aside what is in the directory, in replaced-TIME within it.")
    private boolean force;

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            description = "Newer copy of ca/revocations.log, so that nothing is un-revoked; may be repeated.")
    private List<Path> journals = new ArrayList<>();

    @Option(names = "--step-ca", paramLabel = "DIR", description = "Restore a step-ca to this STEPPATH instead.")
    private @Nullable Path stepCa;

    @Override
    public Integer call() {
        return answering.answer(this::restore, RestoreCommand::print);
    }

    private JsonNode restore() throws CommandFailed {
        var config = options.load().config();
        var restore = new BackupOptions(config, System.getenv()).restore(file, journals, Clock.systemUTC());
        try {
            return stepCa == null ? intoData(restore, config) : intoStepCa(restore, stepCa);
        } catch (BackupFailed failed) {
            throw new CommandFailed(String.valueOf(failed.getMessage()));
        }
    }

    private ObjectNode intoData(Restore restore, LumiaConfig config) throws CommandFailed, BackupFailed {
        try (var held = DataLock.on(config.data())) {
            var unused = held.toString();
            return told(config.data(), restore.into(config.data(), Kind.LUMIA, force));
        } catch (IOException unreleased) {
            throw new CommandFailed("the lock on " + config.data() + " cannot be released: " + unreleased);
        }
    }

    private ObjectNode intoStepCa(Restore restore, Path directory) throws BackupFailed {
        StepCaDirectory.demandStopped(directory);
        return told(directory, restore.into(directory, Kind.STEP_CA, force));
    }

    private ObjectNode told(Path directory, Restore.Outcome outcome) {
        var answer = AdminClient.JSON
                .createObjectNode()
                .put("directory", directory.toAbsolutePath().toString());
        BackupCommand.addTo(answer, outcome);
        if (outcome.aside() != null) {
            answer.put("aside", outcome.aside().toAbsolutePath().toString());
        }
        var source = Path.of(outcome.manifest().source());
        if (outcome.manifest().kind() == Kind.STEP_CA
                && !source.equals(directory.toAbsolutePath().normalize())) {
            answer.withArray("notes")
                    .add("config/ca.json and config/defaults.json name files in " + source
                            + ", where it was: change them before step-ca starts");
        }
        if (outcome.manifest().kind() == Kind.LUMIA && outcome.aside() == null && journals.isEmpty()) {
            answer.withArray("notes")
                    .add(
                            "what was revoked after " + outcome.manifest().madeAt()
                                    + " is not known here: give a newer copy of ca/revocations.log with --journal, or revoke it again");
        }
        return answer;
    }

    private static void print(JsonNode told, PrintWriter out) {
        told.path("verified").forEach(found -> out.println("verified  " + found.asText()));
        if (told.has("aside")) {
            out.println("kept      what was there, in " + told.path("aside").asText());
        }
        told.path("notes").forEach(note -> out.println("note      " + note.asText()));
        out.println("restored  " + told.path("directory").asText() + " as of "
                + told.path("madeAt").asText() + ": "
                + told.path("files").asLong() + " files, " + told.path("bytes").asLong() + " bytes in "
                + told.path("millis").asLong() + " ms");
    }
}
