package io.lumia.authority.acme;

/**
 * One request: where it came in.
 *
 * @param provisioner whose directory was used
 * @param url the whole address that was asked
 * @param id of the resource; empty where the address has none
 * @param body as it came
 */
record Exchange(String provisioner, Links links, String url, String id, String body) {}
