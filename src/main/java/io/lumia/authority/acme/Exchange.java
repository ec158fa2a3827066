package io.lumia.authority.acme;

/**
 * One request: where it came in.
 *
 * @param provisioner whose directory was used
 * @param url the whole address that was asked
 * @param address of the client
 * @param cursor where a list goes on; empty: at its begin
 * @param id of the resource; empty where the address has none
 * @param body as it came
 */
record Exchange(String provisioner, Links links, String url, String address, String cursor, String id, String body) {}
