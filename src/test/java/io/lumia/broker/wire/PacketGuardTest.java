package io.lumia.broker.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The guard and Netty's decoder behind it, against bytes that were packets once. */
class PacketGuardTest {
    private static final long SEED = 20_261_121;
    private static final int CASES = 20_000;
    private static final int LARGEST = 4096;

    private static final byte[] CONNECT = hex("101100044d5154540502003c03210014000161");
    private static final List<byte[]> SAMPLES = List.of(
            hex("3a0f0003612f6200070826000161000162ff"), // PUBLISH, QoS 1, DUP, user property
            hex("3421000361 2f62000a15 03000161 08000172 09000263640101 0200000009 230001 0102"),
            hex("4004000710 00"),
            hex("50020007"),
            hex("62020007"),
            hex("70020007"),
            hex("820f0001 020b0100 03612f23 26 0001 2b 01"),
            hex("a20a0002000005612f622f63"),
            hex("c000"),
            hex("e00700051100000001"),
            hex("f0021800"));

    @Test
    void takes_whatever_comes_for_a_packet_or_for_a_violation_and_leaks_nothing() {
        var random = new Random(SEED);
        for (int round = 0; round < CASES; round++) {
            var bytes = mutated(SAMPLES.get(random.nextInt(SAMPLES.size())), random);
            var packets = new Collected();
            var guard = new PacketGuard(LARGEST, () -> packets.count, false);
            var channel = new EmbeddedChannel(guard, new MqttDecoder(LARGEST + 5, 65_535), packets);
            int cut = random.nextInt(bytes.length + 1);
            channel.writeInbound(Unpooled.copiedBuffer(CONNECT));
            var first = Unpooled.buffer().writeBytes(bytes, 0, cut);
            var second = Unpooled.buffer().writeBytes(bytes, cut, bytes.length - cut);
            channel.writeInbound(first, second);
            var unused = channel.finishAndReleaseAll();
            channel.checkException();
            assertThat(first.refCnt() + second.refCnt())
                    .as("round %s: %s", round, HexFormat.of().formatHex(bytes))
                    .isZero();
            assertThat(packets.afterViolation).as("round %s", round).isZero();
        }
    }

    /** What a {@link PacketChannel} stands for. */
    private static final class Collected extends ChannelInboundHandlerAdapter {
        private long count;
        private int afterViolation;
        private boolean violated;

        @Override
        public void channelRead(ChannelHandlerContext from, Object read) {
            count++;
            afterViolation += violated ? 1 : 0;
            violated |= read instanceof BadPacket;
            assertThat(read).isNotInstanceOf(ByteBuf.class);
            ReferenceCountUtil.release(read);
        }
    }

    private static byte[] mutated(byte[] sample, Random random) {
        var bytes = sample.clone();
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(300));
            case 2 -> {
                bytes[1] = (byte) random.nextInt(256);
                yield bytes;
            }
            default -> {
                for (int i = 0; i <= random.nextInt(6); i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
        };
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }
}
