package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.crypto.DurableFiles;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca bootstrap}. */
@Command(
        name = "bootstrap",
        mixinStandardHelpOptions = true,
        description = "Fetches the root of a CA, verifies it by its fingerprint and writes it to a file.",
        exitCodeListHeading = "Exit codes: 0 written, 1 not the CA or not reachable, 2 usage%n")
final class CaBootstrapCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Option(names = "--ca-url", paramLabel = "URL", required = true, description = "Such as https://localhost:9000")
    private @Nullable URI caUrl;

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            required = true,
            description = "Of the root, as lumia ca fingerprint prints it")
    private String fingerprint = "";

    @Option(names = "--out", paramLabel = "FILE", description = "Default: ${DEFAULT-VALUE}")
    private Path out = Path.of("root.crt");

    @Option(names = "--force", description = "Replace the file when it holds another certificate")
    private boolean force;

    @Override
    public Integer call() {
        return answering.answer(this::fetch, CaBootstrapCommand::print);
    }

    private JsonNode fetch() throws CommandFailed {
        var wanted = wanted();
        var ca = RootFetch.at(java.util.Objects.requireNonNull(caUrl));
        var root = ca.root(wanted);
        ca.demandServedUnder(root);
        write(Pem.of(root));
        return AdminClient.JSON
                .createObjectNode()
                .put("root", out.toAbsolutePath().toString())
                .put("fingerprint", wanted.hex())
                .put("subject", root.getSubjectX500Principal().toString())
                .put("notAfter", root.getNotAfter().toInstant().toString())
                .put("step", "step ca bootstrap --ca-url " + ca.base() + " --fingerprint " + wanted.hex());
    }

    private Fingerprint wanted() throws CommandFailed {
        try {
            return new Fingerprint(fingerprint.replace(":", ""));
        } catch (IllegalArgumentException none) {
            throw new CommandFailed("--fingerprint: " + none.getMessage());
        }
    }

    private void write(String pem) throws CommandFailed {
        try {
            if (!force && Files.exists(out) && !Files.readString(out).equals(pem)) {
                throw new CommandFailed(out + " holds something else; choose another file with --out, or --force");
            }
            DurableFiles.writePublic(out.toAbsolutePath(), pem);
        } catch (IOException unwritable) {
            throw new CommandFailed("cannot write " + out + ": " + unwritable);
        }
    }

    private static void print(JsonNode done, PrintWriter out) {
        out.println("root         " + done.path("subject").asText() + ", until "
                + done.path("notAfter").asText());
        out.println("written to   " + done.path("root").asText());
        out.println("for step     " + done.path("step").asText());
    }
}
