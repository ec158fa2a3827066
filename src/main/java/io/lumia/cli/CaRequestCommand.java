package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lumia.authority.CaRegion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lumia ca request}. */
@Command(
        name = "request",
        mixinStandardHelpOptions = true,
        description =
                "In a region: makes the key of its CA and a request for the root that it shares with others; with the"
                        + " key already there, a request for its next certificate.",
        exitCodeListHeading = "Exit codes: 0 made, 1 refused or failed, 2 usage%n")
final class CaRequestCommand implements Callable<Integer> {
    @Mixin
    private Answering answering = new Answering();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--region",
            paramLabel = "NAME",
            required = true,
            description = "Lower-case letters, digits and hyphens, at most 16; no other region of the root has it")
    private String region = "";

    @Override
    public Integer call() {
        return answering.answer(this::request, CaRequestCommand::print);
    }

    private JsonNode request() throws CommandFailed {
        var config = options.load().config();
        try (var held = DataLock.on(config.data())) {
            var unused = held.toString();
            var file = new CaRegion(config.data(), config.authority(), Clock.systemUTC()).request(region);
            return AdminClient.JSON
                    .createObjectNode()
                    .put("region", region)
                    .put("file", file.toString())
                    .put("csr", Files.readString(file));
        } catch (IOException unusable) {
            throw new CommandFailed("the data directory " + config.data() + " cannot be used: " + unusable);
        }
    }

    private static void print(JsonNode made, PrintWriter out) {
        out.println("request      " + made.path("file").asText());
        out.println(
                "next         where the root is: lumia ca sign-intermediate --csr FILE; then here: lumia ca install");
    }
}
