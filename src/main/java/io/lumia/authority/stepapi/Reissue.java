package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.CertificateRecord;
import java.security.PublicKey;

/**
 * A holder's next certificate.
 *
 * @param previous the one its holder presented
 * @param key of the next one
 * @param forClients whether the previous server certificate had clientAuth as well
 * @param via {@code renew} or {@code rekey}
 */
public record Reissue(CertificateRecord previous, PublicKey key, boolean forClients, String via) {}
