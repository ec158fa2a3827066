package io.lumia.access;

/** What a client is to the fleet; decides which topics are its own. */
public enum Standing {
    /** Anybody else whose certificate is good: no topics of its own. */
    GUEST(0, ""),
    /** A device of the fleet: {@code devices/IDENTITY/#}. */
    DEVICE(1, "devices/%u/#"),
    /** A place with a broker of its own that bridges to this one: {@code site/IDENTITY/#}. */
    SITE(2, "site/%u/#");

    private final byte code;
    private final String own;

    Standing(int code, String own) {
        this.code = (byte) code;
        this.own = own;
    }

    /** By which stored sessions know it. */
    public byte code() {
        return code;
    }

    /** @throws IllegalArgumentException when there is none with this code */
    public static Standing of(byte code) {
        for (Standing standing : values()) {
            if (standing.code == code) {
                return standing;
            }
        }
        throw new IllegalArgumentException("no standing has the code " + code);
    }

    /** Topic filter with {@code %u} for the identity; empty: none. */
    String own() {
        return own;
    }
}
