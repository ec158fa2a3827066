package io.lumia.cli;

import io.lumia.config.RenewalInstanceConfig;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateSources;
import io.lumia.renewal.Renewals;

/** Where the certificates of the configured instances come from. */
record InstanceSources(CertificateSources sources) implements Renewals.Sources {
    @Override
    public CertificateSource of(String instance, RenewalInstanceConfig config) {
        return sources.chain(instance, config.issuer(), config.fallback());
    }
}
