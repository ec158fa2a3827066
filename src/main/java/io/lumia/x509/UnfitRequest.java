package io.lumia.x509;

/** The certificate request cannot be honoured as it is; sending the same one again will not help. */
public final class UnfitRequest extends Exception {
    private static final long serialVersionUID = 1;

    /** @param why a sentence for the requester */
    public UnfitRequest(String why) {
        super(why);
    }
}
