package io.lumia.authority;

import io.lumia.config.AuthorityConfig;
import io.lumia.config.CannotStart;
import io.lumia.crypto.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The password of the CA's keys.
 *
 * @param source where it came from, for messages
 */
record CaPassword(String value, String source) {
    private static final Logger log = LoggerFactory.getLogger(CaPassword.class);
    private static final int GENERATED_OCTETS = 32;

    /** In the directory that systemd names for {@code LoadCredential=} and {@code LoadCredentialEncrypted=}. */
    private static final String CREDENTIAL = "lumia-ca-password";

    /**
     * From {@code authority.password}, else {@code authority.password-file}, else the systemd credential {@code lumia-ca-password}, else
     * DATA/ca/password, which is made when there are no keys yet.
     *
     * @param environment where systemd names the directory of the credentials
     * @param keysExist whether there are keys that an existing password opens
     * @throws CannotStart when a file is missing or empty
     */
    static CaPassword of(AuthorityConfig config, Map<String, String> environment, Path directory, boolean keysExist)
            throws IOException {
        if (config.password() != null && !config.password().isEmpty()) {
            return new CaPassword(config.password(), "LUMIA_AUTHORITY_PASSWORD (authority.password)");
        }
        if (config.passwordFile() != null) {
            return read(config.passwordFile(), "authority.password-file");
        }
        var credentials = environment.get("CREDENTIALS_DIRECTORY");
        if (credentials != null && Files.exists(Path.of(credentials).resolve(CREDENTIAL))) {
            return read(Path.of(credentials).resolve(CREDENTIAL), "systemd credential");
        }
        var file = directory.resolve("password");
        if (Files.exists(file)) {
            return read(file, "DATA/ca/password");
        }
        if (keysExist) {
            throw new CannotStart("the CA's keys in " + directory.toAbsolutePath() + " need their password, but "
                    + file.getFileName() + " is missing there: restore it, or give the password by"
                    + " LUMIA_AUTHORITY_PASSWORD, authority.password-file or the systemd credential " + CREDENTIAL);
        }
        return generate(file);
    }

    private static CaPassword generate(Path file) throws IOException {
        var octets = new byte[GENERATED_OCTETS];
        new SecureRandom().nextBytes(octets);
        var value = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        Arrays.fill(octets, (byte) 0);
        DurableFiles.writePrivate(file, value + "\n");
        log.atWarn()
                .addKeyValue("file", file.toAbsolutePath())
                .log(
                        "made a password for the CA's keys and put it beside them; in production keep it elsewhere and give it by"
                                + " LUMIA_AUTHORITY_PASSWORD, authority.password-file or the systemd credential "
                                + CREDENTIAL);
        return new CaPassword(value, "DATA/ca/password");
    }

    private static CaPassword read(Path file, String key) {
        try {
            var value = Files.readString(file).strip();
            if (value.isEmpty()) {
                throw new CannotStart("the password file " + file.toAbsolutePath() + " (" + key
                        + ") is empty: put the password of the CA's keys in it");
            }
            return new CaPassword(value, file.toAbsolutePath() + " (" + key + ")");
        } catch (IOException unreadable) {
            throw new CannotStart(
                    "the password file " + file.toAbsolutePath() + " (" + key + ") cannot be read: " + unreadable,
                    unreadable);
        }
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "CaPassword[" + source + "]";
    }
}
