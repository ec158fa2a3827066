package io.lumia.config;

import io.lumia.x509.FleetDomain;

/** The fleet's names; the {@code fleet} block. */
public record FleetConfig(FleetDomain domain) {}
