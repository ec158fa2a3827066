package io.lumia.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents one key and certificate, and another from the next handshake on once it was swapped. Each generation has an alias of its own, because
 * engines cache key material by alias; the few last generations stay readable for handshakes that are under way.
 */
public final class SwappableKeys extends X509ExtendedKeyManager {
    private static final int KEPT = 3;

    private record Generation(String alias, TlsMaterial material) {}

    private final Map<String, TlsMaterial> generations = new ConcurrentHashMap<>();
    private long number;
    private volatile Generation current;

    public SwappableKeys(TlsMaterial first) {
        current = new Generation(alias(0), first);
        generations.put(current.alias, first);
    }

    /** Serves the material from the next handshake on. */
    public synchronized void swap(TlsMaterial next) {
        number++;
        generations.put(alias(number), next);
        current = new Generation(alias(number), next);
        generations.remove(alias(number - KEPT));
    }

    /** What the next handshake presents. */
    public TlsMaterial material() {
        return current.material;
    }

    private static String alias(long number) {
        return "generation-" + number;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.alias;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.alias;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.alias;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.alias;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {current.alias};
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {current.alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var material = generations.get(alias);
        return material == null ? null : material.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var material = generations.get(alias);
        return material == null ? null : material.key();
    }
}
