package io.lumia.web.gui;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Scripts, styles and images out of the jar. Their addresses carry a hash of their content, so that browsers keep them for good. */
final class Assets {
    static final String PATH = "/assets/";
    private static final String FOREVER = "public, max-age=31536000, immutable";
    private static final int HASH_OCTETS = 8;
    private static final Map<String, String> FILES = Map.of(
            "app.css", "gui/app.css",
            "app.js", "gui/app.js",
            "csr.js", "gui/csr.js",
            "issue.js", "gui/issue.js",
            "icon.svg", "gui/icon.svg",
            "htmx.js", "META-INF/resources/webjars/htmx.org/2.0.10/dist/htmx.min.js",
            "jszip.js", "META-INF/resources/webjars/jszip/3.10.1/dist/jszip.min.js");
    private static final Map<String, String> TYPES =
            Map.of("css", "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml");

    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, Asset> assets = new HashMap<>();

    private record Asset(String type, Buffer plain, Buffer zipped) {}

    private Assets() {}

    /** Reads them all. Blocks. */
    static Assets read() {
        var assets = new Assets();
        FILES.forEach((name, resource) -> assets.add(name, content(resource)));
        return assets;
    }

    /** Where the browser finds it: {@code /assets/app.0123456789abcdef.css}. */
    String address(String name) {
        var address = addresses.get(name);
        if (address == null) {
            throw new IllegalArgumentException("there is no asset " + name);
        }
        return address;
    }

    /** Answers a request below {@link #PATH}; what is not there is left to the next handler. */
    void serve(RoutingContext context) {
        var asset = assets.get(context.normalizedPath());
        if (asset == null) {
            context.next();
            return;
        }
        var accepted = context.request().getHeader("Accept-Encoding");
        boolean zipped = accepted != null && accepted.contains("gzip");
        var response = context.response()
                .putHeader("Content-Type", asset.type)
                .putHeader("Cache-Control", FOREVER)
                .putHeader("Vary", "Accept-Encoding");
        if (zipped) {
            response.putHeader("Content-Encoding", "gzip");
        }
        response.end(zipped ? asset.zipped : asset.plain).onFailure(gone -> {});
    }

    private void add(String name, byte[] content) {
        int dot = name.lastIndexOf('.');
        var address = PATH + name.substring(0, dot) + "." + hash(content) + name.substring(dot);
        addresses.put(name, address);
        assets.put(
                address,
                new Asset(
                        TYPES.getOrDefault(name.substring(dot + 1), "application/octet-stream"),
                        Buffer.buffer(content),
                        Buffer.buffer(zip(content))));
    }

    private static byte[] content(String resource) {
        try (var stream = Assets.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            return stream.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String hash(byte[] content) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, HASH_OCTETS);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("every Java platform has SHA-256", broken);
        }
    }

    private static byte[] zip(byte[] content) {
        var zipped = new ByteArrayOutputStream();
        try (var stream = new GZIPOutputStream(zipped)) {
            stream.write(content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return zipped.toByteArray();
    }
}
