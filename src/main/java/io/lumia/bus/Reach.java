package io.lumia.bus;

/** How far a question or a fact goes. */
public enum Reach {
    /** Only what runs in this process: what each node counts for itself, and what is about its own files and devices. */
    PROCESS,
    /** Every node of the cluster. */
    CLUSTER
}
