package io.lumia.provisioning;

/** Where a device goes with its bootstrap certificate. */
public record AuthorityContact(String acmeDirectory, String mqttHost, int mqttPort) {}
