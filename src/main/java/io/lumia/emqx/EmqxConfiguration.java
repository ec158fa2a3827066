package io.lumia.emqx;

import java.util.List;

/**
 * What EMQX needs in its configuration so that Lumia's certificates tell it who a client is.
 *
 * @param listener name of the ssl listener
 * @param bind {@code HOST:PORT}
 * @param directory where EMQX finds server.crt, server.key and ca.crt when it starts; Lumia replaces them by the API later
 * @param proxyProtocol the listener is behind HAProxy with send-proxy-v2
 */
public record EmqxConfiguration(String listener, String bind, String directory, boolean proxyProtocol) {

    /** In HOCON, to be included in base.hocon or emqx.conf. */
    public String text() {
        return String.join(
                        "\n",
                        List.of(
                                "# The certificate's common name is the user name: rules and bans go by it.",
                                "mqtt.peer_cert_as_username = cn",
                                "",
                                "listeners.ssl." + listener + " {",
                                "  bind = \"" + bind + "\"",
                                "  proxy_protocol = " + proxyProtocol,
                                "  ssl_options {",
                                "    certfile = \"" + directory + "/server.crt\"",
                                "    keyfile = \"" + directory + "/server.key\"",
                                "    cacertfile = \"" + directory + "/ca.crt\"",
                                "    verify = verify_peer",
                                "    fail_if_no_peer_cert = true",
                                "    # Needs CRLs with an Issuing Distribution Point, as Lumia's are; fetched from where certificates say.",
                                "    enable_crl_check = true",
                                "  }",
                                "}",
                                "# A connection without certificates must not be a way around.",
                                "listeners.tcp.default.enable = false",
                                "listeners.ws.default.enable = false",
                                "listeners.wss.default.enable = false",
                                "",
                                "# A CRL is fetched anew this often; until then Lumia's ban holds a revoked client off.",
                                "crl_cache {",
                                "  refresh_interval = 1m",
                                "  http_timeout = 15s",
                                "}",
                                "",
                                "# A device has devices/NAME/#, a site site/NAME/#; see etc/acl.conf for what else there is.",
                                "authorization {",
                                "  no_match = deny",
                                "  deny_action = ignore",
                                "  sources = [{type = file, enable = true, path = \"" + directory + "/acl.conf\"}]",
                                "}"))
                + "\n";
    }

    /** The file that the authorization above names, in EMQX's form. */
    public static String rules() {
        return """
                {allow, all, all, ["devices/${username}/#", "site/${username}/#"]}.
                {deny, all}.
                """;
    }
}
