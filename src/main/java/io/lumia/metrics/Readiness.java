package io.lumia.metrics;

/** How far the process has come; the composition root moves it on, the health endpoints read it. */
public final class Readiness {
    /** In order. */
    public enum Phase {
        STARTING,
        READY,
        STOPPING
    }

    private volatile Phase phase = Phase.STARTING;

    public void ready() {
        phase = Phase.READY;
    }

    public void stopping() {
        phase = Phase.STOPPING;
    }

    /** What the process is doing now. */
    public Phase phase() {
        return phase;
    }
}
