package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaRegionRoot;
import io.lumia.config.Durations;
import io.lumia.crypto.DurableFiles;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.UnfitRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca sign-intermediate}. */
@Command(
        name = "sign-intermediate",
        mixinStandardHelpOptions = true,
        description = "Where the root is: signs the CA of a region and writes its certificate, and the root, to files."
                + " Lumia may be running on the directory.",
        exitCodeListHeading = "Exit codes: 0 signed, 1 refused or failed, 2 usage%n")
final class CaSignIntermediateCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--csr",
            paramLabel = "FILE",
            required = true,
            description = "As lumia ca request made it; came by a way that nobody else writes to")
    private Path csr = Path.of("");

    @Option(
            names = "--validity",
            paramLabel = "D",
            description = "Such as 1825d; ends with the root at the latest (authority.intermediate-lifetime)")
    private @Nullable String validity;

    @Option(names = "--out", paramLabel = "FILE", description = "The certificate; default: ${DEFAULT-VALUE}")
    private Path out = Path.of("intermediate.crt");

    @Option(names = "--root-out", paramLabel = "FILE", description = "The root; default: ${DEFAULT-VALUE}")
    private Path rootOut = Path.of("root.crt");

    @Option(names = "--force", description = "Replace the files when they hold something else")
    private boolean force;

    @Override
    public Integer call() {
        return answering.answer(this::sign, CaSignIntermediateCommand::print);
    }

    private JsonNode sign() throws CommandFailed {
        var config = options.load().config();
        var lifetime = lifetime();
        demandFree(out);
        try {
            var root = new CaRegionRoot(config.data(), config.authority(), Clock.systemUTC());
            var signed = root.sign(Files.readString(csr), lifetime);
            demandRoot(Pem.of(signed.root()));
            DurableFiles.writePublic(out.toAbsolutePath(), Pem.of(signed.certificate()));
            DurableFiles.writePublic(rootOut.toAbsolutePath(), Pem.of(signed.root()));
            return AdminClient.JSON
                    .createObjectNode()
                    .put(
                            "subject",
                            signed.certificate().getSubjectX500Principal().toString())
                    .put(
                            "notAfter",
                            signed.certificate().getNotAfter().toInstant().toString())
                    .put("certificate", out.toAbsolutePath().toString())
                    .put("root", rootOut.toAbsolutePath().toString())
                    .put("rootFingerprint", Fingerprint.of(signed.root()).hex())
                    .put("kept", signed.file().toString());
        } catch (UnfitRequest unfit) {
            throw new CommandFailed("--csr " + csr + ": " + unfit.getMessage());
        } catch (IOException unusable) {
            throw new CommandFailed("a file cannot be read or written: " + unusable);
        }
    }

    private @Nullable Duration lifetime() throws CommandFailed {
        try {
            var given = validity == null ? null : Durations.parse(validity);
            if (given != null && (given.isNegative() || given.isZero())) {
                throw new CommandFailed("--validity: must be positive");
            }
            return given;
        } catch (IllegalArgumentException none) {
            throw new CommandFailed("--validity: " + none.getMessage());
        }
    }

    private void demandFree(Path file) throws CommandFailed {
        if (!force && Files.exists(file)) {
            throw new CommandFailed(file + " is there already; choose another file, or --force");
        }
    }

    private void demandRoot(String pem) throws CommandFailed, IOException {
        if (Files.exists(rootOut) && !Files.readString(rootOut).equals(pem)) {
            demandFree(rootOut);
        }
    }

    private static void print(JsonNode signed, PrintWriter out) {
        out.println("signed       " + signed.path("subject").asText() + ", until "
                + signed.path("notAfter").asText());
        out.println("certificate  " + signed.path("certificate").asText());
        out.println("root         " + signed.path("root").asText());
        out.println("fingerprint  " + signed.path("rootFingerprint").asText());
        out.println("next         in the region: lumia ca install --certificate FILE --root FILE --fingerprint SHA256");
    }
}
