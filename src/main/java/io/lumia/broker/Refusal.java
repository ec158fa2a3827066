package io.lumia.broker;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_BAD_AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_QUOTA_EXCEEDED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_BUSY;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE_5;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_TOPIC_NAME_INVALID;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;

/** Why a CONNECT is refused: metric label, CONNACK code of MQTT 3.1.1 and of MQTT 5 (3.2.2.2), and what to do about it. */
enum Refusal {
    NO_CERTIFICATE("no_certificate", "the client showed no certificate; give it its own"),
    BAD_CERTIFICATE(
            "bad_certificate", "the serial is no positive number (RFC 5280, 4.1.2.2); use an issued certificate"),
    NO_IDENTITY(
            "bad_certificate",
            "the certificate does not have exactly one name of the kind that broker.identity asks for (cn: common name,"
                    + " san-dns: DNS name, san-uri: URI); use one that has, or change broker.identity"),
    NOT_ALLOWED(
            "not_allowed",
            "the identity is not among broker.allowed-client-cns and broker.allowed-client-cns-file; add it there"),
    NOT_TRUSTED("bad_certificate", "the CA of this certificate is no longer trusted; obtain a new certificate"),
    NAME_OF_MEMBER(
            "not_authorized",
            "a site, or a client of another CA, must not have the name of a device of the fleet; rename it"),
    EXPIRED("expired", "the certificate is outside its validity; renew it, and compare the clocks"),
    REVOKED("revoked", "the certificate is revoked; enrol the device again if that was a mistake"),
    CERTIFICATE_SHARED(
            "certificate_shared",
            "the certificate is in use at another address (broker.shared-certificate); find out who has a copy, and"
                    + " revoke it"),
    UNKNOWN_SERIAL("not_authorized", "the authority has no record of this serial; obtain a new certificate"),
    BOOTSTRAP(
            "not_authorized",
            "a bootstrap certificate is for the first order only; order a device certificate by ACME"),
    SERVER(
            "not_authorized",
            "a server certificate is for listeners; use one with the profile device, or site for a bridge"),
    NOT_A_MEMBER(
            "not_authorized",
            "the common name is not the fleet name recorded for this serial; order a certificate for the fleet name"),
    WILL_TOPIC(
            "not_authorized",
            "the client may not publish to its will topic; add a rule at broker.rules or change the topic"),
    WILL_INVALID(
            "protocol_error",
            "the will topic is no topic name (MQTT 4.7)",
            CONNECTION_REFUSED_NOT_AUTHORIZED,
            CONNECTION_REFUSED_TOPIC_NAME_INVALID),
    CLIENT_ID(
            "identifier_rejected",
            "the client id is longer than 1024 characters",
            CONNECTION_REFUSED_IDENTIFIER_REJECTED,
            CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID),
    NO_CLIENT_ID(
            "identifier_rejected",
            "a client without client id cannot keep a session before MQTT 5 (3.1.1: 3.1.3.1)",
            CONNECTION_REFUSED_IDENTIFIER_REJECTED,
            CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID),
    ENHANCED_AUTHENTICATION(
            "bad_authentication_method",
            "there is no enhanced authentication here: the certificate says who the client is",
            CONNECTION_REFUSED_NOT_AUTHORIZED,
            CONNECTION_REFUSED_BAD_AUTHENTICATION_METHOD),
    TOO_MANY_SESSIONS(
            "quota_exceeded",
            "the identity has as many sessions as broker.limits.sessions-per-identity; use the same client id again",
            CONNECTION_REFUSED_NOT_AUTHORIZED,
            CONNECTION_REFUSED_QUOTA_EXCEEDED),
    FULL(
            "server_busy",
            "broker.max-connections is reached; raise it or add a broker",
            CONNECTION_REFUSED_SERVER_UNAVAILABLE,
            CONNECTION_REFUSED_SERVER_BUSY),
    STORE_FAILED(
            "server_unavailable",
            "the broker's store cannot be written, so no session can be kept; look for space on the disk",
            CONNECTION_REFUSED_SERVER_UNAVAILABLE,
            CONNECTION_REFUSED_SERVER_UNAVAILABLE_5),
    NO_AUTHORITY(
            "server_unavailable",
            "the authority does not answer, so no serial can be checked; run it in this process",
            CONNECTION_REFUSED_SERVER_UNAVAILABLE,
            CONNECTION_REFUSED_SERVER_UNAVAILABLE_5);

    private final String label;
    private final String advice;
    private final MqttConnectReturnCode before5;
    private final MqttConnectReturnCode from5;

    Refusal(String label, String advice) {
        this(label, advice, CONNECTION_REFUSED_NOT_AUTHORIZED, CONNECTION_REFUSED_NOT_AUTHORIZED_5);
    }

    Refusal(String label, String advice, MqttConnectReturnCode before5, MqttConnectReturnCode from5) {
        this.label = label;
        this.advice = advice;
        this.before5 = before5;
        this.from5 = from5;
    }

    String label() {
        return label;
    }

    /** What is wrong and what to do. */
    String advice() {
        return advice;
    }

    MqttConnectReturnCode code(boolean mqtt5) {
        return mqtt5 ? from5 : before5;
    }
}
