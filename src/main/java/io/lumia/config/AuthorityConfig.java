package io.lumia.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The embedded CA; the {@code authority} block. */
public record AuthorityConfig(
        String host,
        int port,
        @JsonProperty("http-port") int httpPort,
        List<String> names,
        @JsonProperty("public-url") @Nullable URI publicUrl,
        @JsonProperty("http-url") @Nullable URI httpUrl,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable String password,
        String organization,
        Duration backdate,
        @JsonProperty("root-lifetime") Duration rootLifetime,
        @JsonProperty("intermediate-lifetime") Duration intermediateLifetime,
        @JsonProperty("signing-threads") int signingThreads,
        int queue,
        AcmeConfig acme,
        @JsonProperty("step-api") StepApiConfig stepApi,
        CrlConfig crl,
        OcspConfig ocsp) {
    public AuthorityConfig {
        Check.port("port", port);
        Check.port("http-port", httpPort);
        Check.that(!names.isEmpty(), "names must hold at least one name or address");
        names = List.copyOf(names);
        Check.that(
                httpUrl == null || ("http".equals(httpUrl.getScheme()) && httpUrl.getHost() != null),
                "http-url must be an address http://HOST[:PORT], is " + httpUrl);
        Check.notNegative("backdate", backdate);
        Check.positive("intermediate-lifetime", intermediateLifetime);
        Check.that(
                rootLifetime.compareTo(intermediateLifetime) >= 0,
                "root-lifetime must not be shorter than intermediate-lifetime");
        Check.atLeast("signing-threads", signingThreads, 1);
        Check.atLeast("queue", queue, 1);
        for (String name : List.of(stepApi.jwk(), stepApi.x5c())) {
            Check.that(
                    !acme.provisioners().containsKey(name),
                    "step-api and acme both have a provisioner named '" + name + "'; rename one");
        }
    }

    /** The same with this ACME server. */
    public AuthorityConfig withAcme(AcmeConfig other) {
        return new AuthorityConfig(
                host,
                port,
                httpPort,
                names,
                publicUrl,
                httpUrl,
                passwordFile,
                password,
                organization,
                backdate,
                rootLifetime,
                intermediateLifetime,
                signingThreads,
                queue,
                other,
                stepApi,
                crl,
                ocsp);
    }

    @Override
    public String toString() {
        return "AuthorityConfig[" + host + ":" + port + "]";
    }
}
