package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaCertificates;
import io.lumia.crypto.DurableFiles;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia ca export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Prints certificates of the CA as PEM; keys are not exported.")
final class CaExportCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Parameters(
            paramLabel = "WHAT",
            arity = "0..1",
            description = "root, intermediate, or bundle: intermediate and root; default: ${DEFAULT-VALUE}")
    private What what = What.root;

    @Option(names = "--data", paramLabel = "DIR", description = "Lumia's data directory; default: ${DEFAULT-VALUE}")
    private Path data = Path.of("./data");

    @Option(names = "--out", paramLabel = "FILE", description = "Write to this file instead")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the file when it holds something else")
    private boolean force;

    /** As one writes them. */
    enum What {
        root,
        intermediate,
        bundle
    }

    @Override
    public Integer call() {
        return answering.answer(this::export, CaExportCommand::print);
    }

    private JsonNode export() throws CommandFailed {
        var pem = pem(CaCertificates.read(data));
        var answer = AdminClient.JSON.createObjectNode().put("pem", pem);
        return out == null ? answer : answer.put("file", written(out, pem).toString());
    }

    private String pem(CaCertificates ca) throws CommandFailed {
        return switch (what) {
            case root -> Pem.of(ca.trusted());
            case bundle -> Pem.of(ca.bundle());
            case intermediate -> {
                if (ca.intermediate() == null) {
                    throw new CommandFailed("this CA has no intermediate: its root signs certificates itself");
                }
                yield Pem.of(ca.intermediate());
            }
        };
    }

    private Path written(Path file, String pem) throws CommandFailed {
        try {
            if (!force && Files.exists(file) && !Files.readString(file).equals(pem)) {
                throw new CommandFailed(file + " holds something else; choose another file, or --force");
            }
            DurableFiles.writePublic(file.toAbsolutePath(), pem);
            return file.toAbsolutePath();
        } catch (IOException unwritable) {
            throw new CommandFailed("cannot write " + file + ": " + unwritable);
        }
    }

    private static void print(JsonNode exported, PrintWriter out) {
        if (exported.has("file")) {
            out.println("written to " + exported.path("file").asText());
        } else {
            out.print(exported.path("pem").asText());
        }
    }
}
