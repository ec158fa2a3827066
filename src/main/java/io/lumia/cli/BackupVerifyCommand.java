package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.backup.BackupDirectory;
import io.lumia.backup.BackupFailed;
import io.lumia.backup.Manifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lumia backup verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Restores a backup into a scratch directory beside it, opens everything in it, and deletes that again.",
        exitCodeListHeading = "Exit codes: 0 could be restored, 1 could not, 2 usage%n")
final class BackupVerifyCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The backup; else the newest one of the data directory.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        return answering.answer(this::verify, BackupVerifyCommand::print);
    }

    private JsonNode verify() throws CommandFailed {
        var backups = new BackupOptions(options.load().config(), System.getenv());
        var chosen = file == null ? newest(backups.directory()) : file;
        try {
            var outcome = backups.restore(chosen, List.of(), Clock.systemUTC()).verify();
            var answer = AdminClient.JSON
                    .createObjectNode()
                    .put("file", chosen.toAbsolutePath().toString());
            BackupCommand.addTo(answer, outcome);
            return answer;
        } catch (BackupFailed failed) {
            throw new CommandFailed(String.valueOf(failed.getMessage()));
        }
    }

    private static Path newest(Path directory) throws CommandFailed {
        try {
            return new BackupDirectory(directory)
                    .list(Manifest.Kind.LUMIA).stream()
                            .findFirst()
                            .orElseThrow(() -> new CommandFailed("there is no backup in " + directory.toAbsolutePath()
                                    + ": make one with lumia backup"))
                            .file();
        } catch (IOException unreadable) {
            throw new CommandFailed(directory.toAbsolutePath() + " cannot be read: let this user read it");
        }
    }

    private static void print(JsonNode told, PrintWriter out) {
        out.println("backup    " + told.path("file").asText());
        out.println("made      " + told.path("madeAt").asText() + ", of "
                + told.path("of").asText() + ", " + told.path("files").asLong() + " files, "
                + told.path("bytes").asLong() + " bytes");
        told.path("notes").forEach(note -> out.println("note      " + note.asText()));
        told.path("verified").forEach(found -> out.println("verified  " + found.asText()));
        out.println(
                "restored  into a scratch directory in " + told.path("millis").asLong() + " ms");
    }
}
