package io.lumia.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A certificate authority under measurement: a process of its own. */
final class Subject {
    private final String name;
    private final ServerProcess process;
    private final Addresses addresses;
    private final String rootPem;

    /**
     * @param port of ACME and the step API, on 127.0.0.1
     * @param root file of the root certificate
     * @param provisionerPassword opens the key of the JWK provisioner
     */
    record Addresses(int port, Path root, String provisionerPassword) {}

    /** @param name {@code lumia}, or the peer's */
    Subject(String name, ServerProcess process, Addresses addresses) throws IOException {
        this.name = name;
        this.process = process;
        this.addresses = addresses;
        this.rootPem = Files.readString(addresses.root());
    }

    String name() {
        return name;
    }

    int port() {
        return addresses.port();
    }

    String rootPem() {
        return rootPem;
    }

    String provisionerPassword() {
        return addresses.provisionerPassword();
    }

    /** Everything is spoken of under this name, which its certificate carries. */
    String url(String path) {
        return "https://localhost:" + addresses.port() + path;
    }

    String acmeDirectory() {
        return url("/acme/acme/directory");
    }

    Duration cpu() {
        return process.cpu();
    }

    /** The part of {@link #cpu} with which Java compiled. */
    Duration compiling() {
        return process.compiling();
    }

    /** @throws BenchFailed with its last words when the process has ended */
    void mustLive() throws BenchFailed {
        if (!process.isAlive()) {
            throw new BenchFailed(name + " ended while it was measured:\n" + process.lastWords());
        }
    }
}
