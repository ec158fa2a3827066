package io.lumia.bench;

import java.net.URI;

/**
 * A CA that is measured.
 *
 * @param name {@code lumia} or the peer's
 * @param process that serves
 * @param url base of step's paths, without trailing slash
 * @param directory of ACME
 * @param root that its certificates end at, PEM
 * @param tokens allow {@code sign}
 */
record Subject(String name, ServerProcess process, URI url, URI directory, String root, TokenSigner tokens) {

    /** One of step's paths. */
    URI path(String path) {
        return URI.create(url + "/1.0/" + path);
    }
}
