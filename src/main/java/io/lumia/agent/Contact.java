package io.lumia.agent;

import java.net.URI;

/**
 * Where an identity finds its CA and broker.
 *
 * @param acmeDirectory RFC 8555, 7.1.1
 * @param mqttHost as its certificate names it
 */
public record Contact(URI acmeDirectory, String mqttHost, int mqttPort) {
    /** @throws IllegalArgumentException when the directory is not an HTTPS address or the broker's address is unfit */
    public Contact {
        if (!"https".equals(acmeDirectory.getScheme()) || acmeDirectory.getHost() == null) {
            throw new IllegalArgumentException("acmeDirectory must be an https address, is " + acmeDirectory);
        }
        if (mqttHost.isBlank() || mqttPort < 1 || mqttPort > 65535) {
            throw new IllegalArgumentException("mqtt must have a host and a port from 1 to 65535");
        }
    }
}
