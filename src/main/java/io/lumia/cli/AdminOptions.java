package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands on the admin API have in common: where it is, the token, and how results and failures are told. */
@Command(exitCodeListHeading = "Exit codes: 0 done, 1 refused or failed, 2 usage%n")
final class AdminOptions {
    private static final String USUAL_URL = "http://127.0.0.1:8502";
    private static final Duration CONNECT = Duration.ofSeconds(5);

    @Option(names = "--url", paramLabel = "URL", description = "Admin API; default: LUMIA_URL or " + USUAL_URL)
    private @Nullable String url;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Lumia's data directory, for the admin token; default: ${DEFAULT-VALUE}")
    private Path data = Path.of("./data");

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the admin token; default: DATA/admin-token")
    private @Nullable Path tokenFile;

    @Option(names = "--ca", paramLabel = "FILE", description = "Root certificate of an HTTPS admin API, PEM")
    private @Nullable Path ca;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "Client certificate with a role and its chain, PEM, in the place of a token; needs --key")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Private key of --certificate, PEM")
    private @Nullable Path key;

    @Option(names = "--json", description = "Print the answer as JSON")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private final Map<String, String> environment;

    AdminOptions() {
        this(System.getenv());
    }

    AdminOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** A conversation with the admin API. */
    interface Conversation {
        /** @return the answer to print with {@code --json} */
        JsonNode with(AdminClient client) throws CommandFailed;
    }

    /** How an answer reads for people. */
    interface Reading {
        void print(JsonNode answer, PrintWriter out);
    }

    /** Runs the conversation and prints its answer. @return 0, or 1 after telling in one sentence what failed */
    int run(Conversation conversation, Reading reading) {
        try {
            var answer = conversation.with(client());
            if (json) {
                out().println(answer.toPrettyString());
            } else {
                reading.print(answer, out());
            }
            out().flush();
            return 0;
        } catch (CommandFailed failed) {
            return told(String.valueOf(failed.getMessage()));
        }
    }

    /**
     * Copies what the admin API streams.
     *
     * @param file null: standard output
     * @return as {@link #run}
     */
    int copy(String path, @Nullable Path file) {
        try {
            try (var in = client().stream(path)) {
                if (file == null) {
                    in.transferTo(System.out);
                } else {
                    var unused = Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            System.out.flush();
            return 0;
        } catch (CommandFailed failed) {
            return told(String.valueOf(failed.getMessage()));
        } catch (IOException broken) {
            return told("what was exported is not whole (" + broken.getMessage() + "); try again");
        }
    }

    /** Tells how far it is, beside the answer. */
    void progress(String line) {
        var err = spec().commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private int told(String failure) {
        progress(failure);
        return 1;
    }

    /** A mistake of the caller: exit code 2. */
    ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it runs");
        }
        return command;
    }

    private AdminClient client() throws CommandFailed {
        var base = base();
        var http = HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1);
        if ((certificate == null) != (key == null)) {
            throw usage("--certificate and --key go together");
        }
        if (ca != null || certificate != null) {
            http.sslContext(ClientTls.context(ca, certificate, key));
        }
        return new AdminClient(http.build(), base, certificate == null ? token() : null);
    }

    private URI base() {
        var text = url != null ? url : environment.getOrDefault("LUMIA_URL", USUAL_URL);
        try {
            var base = URI.create(text);
            boolean secure = "https".equals(base.getScheme());
            if (base.getHost() != null && (secure || "http".equals(base.getScheme()))) {
                if (!secure && !isLoopback(base.getHost())) {
                    throw usage("--url " + text
                            + " would send the admin token in the clear; use https beyond this machine");
                }
                return base;
            }
        } catch (IllegalArgumentException malformed) {
            // told below
        }
        throw usage("--url must be such as " + USUAL_URL + ", is '" + text + "'");
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    private String token() throws CommandFailed {
        var given = environment.get("LUMIA_WEB_TOKEN");
        if (tokenFile == null && given != null && !given.isBlank()) {
            return given.strip();
        }
        var file = tokenFile != null ? tokenFile : data.resolve("admin-token");
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new CommandFailed("cannot read the admin token " + file + ": "
                    + (Files.exists(file) ? "permission is missing" : "there is no such file")
                    + "; name Lumia's data directory with --data, or the token with --token-file or LUMIA_WEB_TOKEN");
        }
    }
}
