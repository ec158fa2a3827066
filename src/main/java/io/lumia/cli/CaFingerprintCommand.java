package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaCertificates;
import io.lumia.x509.Fingerprint;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca fingerprint}. */
@Command(
        name = "fingerprint",
        mixinStandardHelpOptions = true,
        description = "Prints the SHA-256 fingerprint of the root, from the data directory or from a running CA.")
final class CaFingerprintCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Option(names = "--data", paramLabel = "DIR", description = "Lumia's data directory; default: ${DEFAULT-VALUE}")
    private Path data = Path.of("./data");

    @Option(
            names = "--ca-url",
            paramLabel = "URL",
            description = "Ask this CA instead; what it says is not verified: compare it on another way")
    private @Nullable URI caUrl;

    @Override
    public Integer call() {
        return answering.answer(this::find, (answer, out) -> {
            for (JsonNode fingerprint : answer.path("fingerprints")) {
                out.println(fingerprint.asText());
            }
        });
    }

    private JsonNode find() throws CommandFailed {
        var fingerprints = caUrl == null
                ? CaCertificates.read(data).trusted().stream()
                        .map(Fingerprint::of)
                        .toList()
                : RootFetch.at(caUrl).roots().stream().map(Fingerprint::of).toList();
        if (caUrl != null) {
            answering.tell("not verified: compare it with what `lumia ca fingerprint` says on the CA's own machine");
        }
        var answer = AdminClient.JSON.createObjectNode().put("verified", caUrl == null);
        var list = answer.putArray("fingerprints");
        fingerprints.forEach(fingerprint -> list.add(fingerprint.hex()));
        return answer;
    }
}
