package io.lumia.tls;

/** A source gave no certificate; the message says why and what to check. */
public final class CertificateNotObtained extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    /** @param reason a label: {@code unreachable, refused, challenge, invalid_certificate, internal} */
    public CertificateNotObtained(String reason, String detail, Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    /** The label of a failure, whatever it is. */
    static String reason(Throwable failed) {
        return failed instanceof CertificateNotObtained known ? known.reason : "refused";
    }
}
