package io.lumia.store;

/** The database does not answer at this time; what was asked can be asked again later. */
public final class StoreUnreachable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String where;
    private final boolean outcomeIsKnown;

    private StoreUnreachable(String where, String sentence, boolean outcomeIsKnown, Throwable cause) {
        super("the database " + where + sentence, cause);
        this.where = where;
        this.outcomeIsKnown = outcomeIsKnown;
    }

    static StoreUnreachable nothingDone(String where, Throwable cause) {
        return new StoreUnreachable(where, " does not answer; nothing was changed", true, cause);
    }

    static StoreUnreachable inCommit(String where, Throwable cause) {
        return new StoreUnreachable(
                where, " went away in the middle of a commit; whether the change was kept is not known", false, cause);
    }

    /** For those who waited behind the one that met it. */
    StoreUnreachable forOthers() {
        return nothingDone(where, this);
    }

    /** Whether it is certain that nothing was changed; false: the connection broke in the middle of a commit. */
    public boolean outcomeIsKnown() {
        return outcomeIsKnown;
    }
}
