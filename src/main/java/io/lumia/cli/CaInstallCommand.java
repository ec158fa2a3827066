package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaRegion;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca install}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description =
                "In a region: checks what lumia ca sign-intermediate wrote and puts it beside the key, so that Lumia"
                        + " can start.",
        exitCodeListHeading = "Exit codes: 0 installed, 1 refused or failed, 2 usage%n")
final class CaInstallCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--certificate", paramLabel = "FILE", required = true, description = "Of the region's CA")
    private Path certificate = Path.of("");

    @Option(names = "--root", paramLabel = "FILE", required = true, description = "The root that signed it")
    private Path root = Path.of("");

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            description =
                    "Of the root, as lumia ca fingerprint prints it where the root is; without it the file is believed")
    private @Nullable String fingerprint;

    @Override
    public Integer call() {
        return answering.answer(this::install, CaInstallCommand::print);
    }

    private JsonNode install() throws CommandFailed {
        var config = options.load().config();
        var issued = read("--certificate", certificate);
        var anchor = read("--root", root);
        var pin = pin();
        try (var held = DataLock.on(config.data())) {
            var unused = held.toString();
            new CaRegion(config.data(), config.authority(), Clock.systemUTC()).install(issued, anchor, pin);
        } catch (IOException unreleased) {
            throw new CommandFailed("the lock on " + config.data() + " cannot be released: " + unreleased);
        }
        return AdminClient.JSON
                .createObjectNode()
                .put("directory", config.data().resolve("ca").toAbsolutePath().toString())
                .put("subject", issued.getSubjectX500Principal().toString())
                .put("notAfter", issued.getNotAfter().toInstant().toString())
                .put("rootFingerprint", Fingerprint.of(anchor).hex());
    }

    private static X509Certificate read(String option, Path file) throws CommandFailed {
        try {
            var found = Pem.certificates(Files.readString(file));
            if (found.size() != 1) {
                throw new CommandFailed(option + " " + file + " holds " + found.size() + " certificates, not one");
            }
            return found.get(0);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new CommandFailed(option + " " + file + " cannot be read: " + unreadable.getMessage());
        }
    }

    private @Nullable Fingerprint pin() throws CommandFailed {
        try {
            return fingerprint == null ? null : new Fingerprint(fingerprint.replace(":", ""));
        } catch (IllegalArgumentException none) {
            throw new CommandFailed("--fingerprint: " + none.getMessage());
        }
    }

    private static void print(JsonNode installed, PrintWriter out) {
        out.println("installed    " + installed.path("subject").asText() + ", until "
                + installed.path("notAfter").asText());
        out.println("in           " + installed.path("directory").asText());
        out.println("fingerprint  " + installed.path("rootFingerprint").asText() + " of the root");
    }
}
