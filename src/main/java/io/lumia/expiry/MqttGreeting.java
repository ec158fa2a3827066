package io.lumia.expiry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** CONNECT, CONNACK and DISCONNECT (MQTT 3.1.1, which every broker speaks) on streams that are there already. Blocks. */
final class MqttGreeting {
    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final int LARGEST_ANSWER = 4096;

    private MqttGreeting() {}

    /**
     * What the broker answers.
     *
     * @throws EOFException when it closes without an answer
     * @throws IOException when it answers something else, or the connection breaks
     */
    static MqttConnectReturnCode exchange(InputStream in, OutputStream out, String clientId) throws IOException {
        send(
                out,
                MqttMessageBuilders.connect()
                        .protocolVersion(MqttVersion.MQTT_3_1_1)
                        .clientId(clientId)
                        .cleanSession(true)
                        .keepAlive(KEEP_ALIVE_SECONDS)
                        .build());
        var answer = receive(in);
        if (!(answer instanceof MqttConnAckMessage acknowledged)) {
            throw new IOException("it does not answer in MQTT");
        }
        var code = acknowledged.variableHeader().connectReturnCode();
        if (code == MqttConnectReturnCode.CONNECTION_ACCEPTED) {
            send(out, MqttMessage.DISCONNECT);
        }
        return code;
    }

    private static void send(OutputStream out, MqttMessage message) throws IOException {
        var codec = new EmbeddedChannel(MqttEncoder.INSTANCE);
        try {
            codec.writeOutbound(message);
            ByteBuf bytes = codec.readOutbound();
            try {
                bytes.readBytes(out, bytes.readableBytes());
            } finally {
                bytes.release();
            }
            out.flush();
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    private static MqttMessage receive(InputStream in) throws IOException {
        var codec = new EmbeddedChannel(new MqttDecoder(LARGEST_ANSWER));
        try {
            for (int read = 0; read < LARGEST_ANSWER; read++) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("it closes the connection without an answer");
                }
                codec.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) next}));
                MqttMessage message = codec.readInbound();
                if (message != null) {
                    return message;
                }
            }
            throw new IOException("it does not answer in MQTT");
        } finally {
            codec.finishAndReleaseAll();
        }
    }
}
