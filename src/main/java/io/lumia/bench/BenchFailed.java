package io.lumia.bench;

/** A measurement could not be made; the message says of what and why. */
public final class BenchFailed extends Exception {
    private static final long serialVersionUID = 1;

    BenchFailed(String message) {
        super(message);
    }
}
