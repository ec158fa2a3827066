package io.lumia.cli;

import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lumia revoke}: ends a certificate before its time. */
@Command(
        name = "revoke",
        mixinStandardHelpOptions = true,
        description = "Revokes a certificate; its session is closed.",
        exitCodeListHeading = "Exit codes: 0 revoked, 1 refused or failed, 2 usage%n")
public final class RevokeCommand implements Callable<Integer> {
    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Parameters(paramLabel = "SERIAL", description = "Serial number, hexadecimal, as 'lumia list' shows it")
    private String serial = "";

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description =
                    "unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn;"
                            + " default: ${DEFAULT-VALUE}")
    private String reason = "unspecified";

    @Override
    public Integer call() {
        var body = AdminClient.JSON.createObjectNode();
        String path;
        try {
            path = "/certificates/" + SerialNumber.parse(serial) + "/revoke";
            body.put("reason", RevocationReason.of(reason).label());
        } catch (IllegalArgumentException malformed) {
            throw admin.usage(String.valueOf(malformed.getMessage()));
        }
        return admin.run(
                client -> client.send("POST", path, body),
                (answer, out) -> out.println("revoked " + answer.path("serial").asText() + " of "
                        + answer.path("identity").asText() + " at "
                        + answer.path("revokedAt").asText()));
    }
}
