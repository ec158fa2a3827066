package io.lumia.lifecycle;

import java.util.Locale;

/** What a renewal does, in this order; the last one only after a failure. */
public enum RenewalStep {
    /** The source of certificates answers. */
    HEALTH,
    /** The certificate in use is due. */
    EXPIRY,
    /** What is in use is copied away. */
    BACKUP,
    /** A new certificate is obtained. */
    ORDER,
    /** The new certificate is what was wanted, and leads to the root. */
    VALIDATION,
    /** It is put in place. */
    INSTALLATION,
    /** The server takes it. */
    RELOAD,
    /** The server shows it to clients, and does its work. */
    TEST,
    /** What is no longer needed is removed. */
    CLEANUP,
    /** What was in use is put back from the backup, taken by the server and shown to clients. */
    RESTORATION;

    /** The name in reports, metrics and log lines. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
