package io.lumia.backup;

/** A backup could not be made, verified or restored; the message is one sentence: what failed and what to do. */
public final class BackupFailed extends Exception {
    private static final long serialVersionUID = 1;

    public BackupFailed(String sentence) {
        super(sentence);
    }

    public BackupFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
