package io.lumia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lumia.config.Durations;
import io.lumia.crypto.DurableFiles;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia issue}: a certificate for a key that is made here and goes nowhere. */
@Command(
        name = "issue",
        mixinStandardHelpOptions = true,
        description =
                "Makes a key and gets a certificate for it: NAME.key, NAME.crt (with its chain), chain.crt, ca.crt.",
        exitCodeListHeading = "Exit codes: 0 issued, 1 refused or failed, 2 usage%n")
public final class IssueCommand implements Callable<Integer> {
    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Parameters(paramLabel = "NAME", description = "Common name of the subject, and of the files")
    private String name = "";

    @Option(
            names = "--profile",
            paramLabel = "PROFILE",
            description = "server, admin, device or site; default: ${DEFAULT-VALUE}")
    private String profile = "server";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "viewer, operator or admin: what a certificate of the profile admin may do at the admin API;"
                    + " default: nothing there")
    private @Nullable String role;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            description = "DNS name or IP address; repeatable; default for a server: NAME")
    private List<String> names = new ArrayList<>();

    @Option(names = "--validity", paramLabel = "DURATION", description = "Such as 48h; default: that of the profile")
    private @Nullable String validity;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go; default: the current directory")
    private Path out = Path.of(".");

    @Option(names = "--force", description = "Overwrite files that are there")
    private boolean force;

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")) {
            throw admin.usage("NAME must be 1 to 64 letters, digits, dots, hyphens or underscores, is '" + name + "'");
        }
        var wanted = wanted();
        return admin.run(
                client -> issue(client, wanted),
                (answer, print) ->
                        print.println("issued " + answer.path("serial").asText() + " for " + name + ", valid until "
                                + answer.path("notAfter").asText() + ": " + file("crt") + ", " + file("key") + ", "
                                + out.resolve("chain.crt") + ", " + out.resolve("ca.crt")));
    }

    private ObjectNode wanted() {
        var body = AdminClient.JSON.createObjectNode();
        try {
            body.put("profile", Profile.of(profile).label());
            if (validity != null) {
                body.put("validity", Durations.text(Durations.parse(validity)));
            }
        } catch (IllegalArgumentException malformed) {
            throw admin.usage(String.valueOf(malformed.getMessage()));
        }
        if (role != null && !profile.equals("admin")) {
            throw admin.usage("--role goes with --profile admin alone");
        }
        if (role != null) {
            body.put("role", role);
        }
        if (names.isEmpty() && profile.equals("server")) {
            names = List.of(name);
        }
        var sans = body.putArray("sans");
        names.forEach(sans::add);
        return body;
    }

    /** Whatever could stop the files from being written is found before a certificate is issued. */
    private JsonNode issue(AdminClient client, ObjectNode wanted) throws CommandFailed {
        var authority = client.get("/ca");
        refuseToOverwrite(authority);
        var pair = KeyPairs.p256();
        wanted.put("csr", CertificateRequest.create(pair, name, names));
        try {
            DurableFiles.directory(out);
            var issued = keepingKey(pair, client, wanted);
            var chain = issued.path("chain").asText();
            DurableFiles.writePublic(file("crt"), issued.path("certificate").asText() + chain);
            DurableFiles.writePublic(out.resolve("chain.crt"), chain);
            DurableFiles.writePublic(out.resolve("ca.crt"), issued.path("root").asText());
            return issued;
        } catch (IOException unwritable) {
            throw new CommandFailed(
                    "cannot write to " + out + " (" + unwritable.getClass().getSimpleName() + ": "
                            + unwritable.getMessage() + "); name a writable directory with --out");
        }
    }

    /** The key is on disk before its certificate is issued; a refusal leaves the files as they were. */
    private JsonNode keepingKey(KeyPair pair, AdminClient client, ObjectNode wanted) throws CommandFailed, IOException {
        var waiting = out.resolve("." + name + ".key.new");
        DurableFiles.writePrivate(waiting, Pem.of(pair.getPrivate()));
        try {
            var issued = client.send("POST", "/certificates", wanted);
            Files.move(waiting, file("key"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return issued;
        } finally {
            Files.deleteIfExists(waiting);
        }
    }

    private void refuseToOverwrite(JsonNode authority) throws CommandFailed {
        if (force) {
            return;
        }
        for (Path file : List.of(file("crt"), file("key"))) {
            if (Files.exists(file)) {
                throw exists(file);
            }
        }
        refuseUnlessSame(
                out.resolve("chain.crt"), authority.path("intermediate").asText(""));
        refuseUnlessSame(out.resolve("ca.crt"), authority.path("root").asText());
    }

    private static void refuseUnlessSame(Path file, String text) throws CommandFailed {
        try {
            if (Files.exists(file) && !Files.readString(file).strip().equals(text.strip())) {
                throw exists(file);
            }
        } catch (IOException unreadable) {
            throw exists(file);
        }
    }

    private static CommandFailed exists(Path file) {
        return new CommandFailed(file + " is there already; choose another --out, or overwrite it with --force");
    }

    private Path file(String suffix) {
        return out.resolve(name + "." + suffix);
    }
}
