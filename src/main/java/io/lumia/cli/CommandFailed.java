package io.lumia.cli;

/** A command did not do what it was asked to; the message is one sentence: what failed and what to do. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailed(String sentence) {
        super(sentence);
    }
}
