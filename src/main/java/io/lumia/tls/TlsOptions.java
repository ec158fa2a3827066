package io.lumia.tls;

import io.lumia.config.TlsConfig;
import io.netty.handler.ssl.OpenSsl;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.util.LinkedHashSet;

/** What every TLS listener and client has in common. */
public final class TlsOptions {
    private TlsOptions() {}

    /** Turns TLS on, with the configured versions, cipher suites and engine. */
    public static <O extends TCPSSLOptions> O apply(O options, TlsConfig tls) {
        options.setSsl(true).setEnabledSecureTransportProtocols(new LinkedHashSet<>(tls.versions()));
        tls.cipherSuites().forEach(options::addEnabledCipherSuite);
        options.setSslEngineOptions(openssl(tls) ? new OpenSSLEngineOptions() : new JdkSSLEngineOptions());
        return options;
    }

    /** The same for options that one connection or one reload carries. */
    public static <O extends SSLOptions> O apply(O options, TlsConfig tls) {
        options.setEnabledSecureTransportProtocols(new LinkedHashSet<>(tls.versions()));
        tls.cipherSuites().forEach(options::addEnabledCipherSuite);
        return options;
    }

    /** Whether listeners and clients run on OpenSSL. */
    public static boolean openssl(TlsConfig tls) {
        return tls.openssl() && OpenSsl.isAvailable();
    }
}
