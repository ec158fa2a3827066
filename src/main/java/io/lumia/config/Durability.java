package io.lumia.config;

/** When a message or a session counts as kept. */
public enum Durability {
    /** It is with the operating system: survives {@code kill -9}. */
    PROCESS,
    /** It is on disk: survives a power cut as well. */
    DISK
}
