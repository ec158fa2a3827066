package io.lumia.bench.mqtt;

/** The broker did not let a client in. */
public final class ConnectRefused extends Exception {
    private static final long serialVersionUID = 1;

    ConnectRefused(String message) {
        super(message, null, false, false);
    }
}
