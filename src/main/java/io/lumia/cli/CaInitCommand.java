package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaCertificates;
import io.lumia.config.LumiaConfig;
import io.lumia.x509.KeyType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca init}. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "Makes the CA in a data directory without starting anything; refuses where there is one.",
        exitCodeListHeading = "Exit codes: 0 made, 1 refused or failed, 2 usage%n")
final class CaInitCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--key-type",
            paramLabel = "TYPE",
            description = "p256, p384, rsa-2048, rsa-3072, rsa-4096 or ed25519 (authority.key-type)")
    private @Nullable String keyType;

    @Option(names = "--organization", paramLabel = "NAME", description = "In the subjects (authority.organization)")
    private @Nullable String organization;

    @Option(
            names = "--single-root",
            description = "The root signs certificates itself (authority.hierarchy: root); set the same to run it")
    private boolean singleRoot;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "With the password of the keys (authority.password-file); set the same to run it")
    private @Nullable Path passwordFile;

    @Override
    public Integer call() {
        return answering.answer(this::make, CaInitCommand::print);
    }

    private JsonNode make() throws CommandFailed {
        var config = options.load(implied()).config();
        try (var held = DataLock.on(config.data())) {
            var unused = held.toString();
            return told(config, CaCertificates.make(config.data(), config.authority(), Clock.systemUTC()));
        } catch (IOException unreleased) {
            throw new CommandFailed("the lock on " + config.data() + " cannot be released: " + unreleased);
        }
    }

    private List<String> implied() {
        var settings = new ArrayList<String>();
        if (keyType != null) {
            settings.add("authority.key-type=" + keyType);
        }
        if (organization != null) {
            settings.add("authority.organization=" + organization);
        }
        if (singleRoot) {
            settings.add("authority.hierarchy=root");
        }
        if (passwordFile != null) {
            settings.add("authority.password-file=" + passwordFile.toAbsolutePath());
        }
        return settings;
    }

    private static JsonNode told(LumiaConfig config, CaCertificates made) {
        var answer = AdminClient.JSON
                .createObjectNode()
                .put("directory", config.data().resolve("ca").toAbsolutePath().toString())
                .put("rootFingerprint", made.fingerprint().hex())
                .put("hierarchy", made.intermediate() == null ? "root" : "intermediate")
                .put(
                        "keyType",
                        KeyType.of(made.root().getPublicKey())
                                .map(KeyType::label)
                                .orElse(""))
                .put("rootNotAfter", made.root().getNotAfter().toInstant().toString());
        var generated = config.data().resolve("ca").resolve("password");
        return Files.exists(generated)
                ? answer.put("passwordFile", generated.toAbsolutePath().toString())
                : answer;
    }

    private static void print(JsonNode made, PrintWriter out) {
        out.println("made a CA in " + made.path("directory").asText());
        out.println("key          " + made.path("keyType").asText() + ", "
                + (made.path("hierarchy").asText().equals("root")
                        ? "the root signs itself: run it with authority.hierarchy: root"
                        : "root and intermediate"));
        out.println("root until   " + made.path("rootNotAfter").asText());
        out.println("fingerprint  " + made.path("rootFingerprint").asText());
        if (made.has("passwordFile")) {
            out.println("password     " + made.path("passwordFile").asText() + "; in production keep it elsewhere");
        }
    }
}
