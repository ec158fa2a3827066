package io.lumia.x509;

/** Why a certificate was revoked (RFC 5280, 5.3.1), without the reasons that do not end it for good. */
public enum RevocationReason {
    UNSPECIFIED("unspecified", 0),
    KEY_COMPROMISE("keyCompromise", 1),
    CA_COMPROMISE("cACompromise", 2),
    AFFILIATION_CHANGED("affiliationChanged", 3),
    SUPERSEDED("superseded", 4),
    CESSATION_OF_OPERATION("cessationOfOperation", 5),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", 9);

    private final String label;
    private final int code;

    RevocationReason(String label, int code) {
        this.label = label;
        this.code = code;
    }

    /** The RFC's spelling: {@code keyCompromise}. */
    public String label() {
        return label;
    }

    /** The CRLReason value. */
    public int code() {
        return code;
    }

    /** @throws IllegalArgumentException with the accepted values, when {@code label} is none of them */
    public static RevocationReason of(String label) {
        for (RevocationReason reason : values()) {
            if (reason.label.equalsIgnoreCase(label)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown revocation reason " + Printable.quoted(label)
                + ": expected unspecified, keyCompromise, cACompromise, affiliationChanged, superseded,"
                + " cessationOfOperation or privilegeWithdrawn");
    }
}
