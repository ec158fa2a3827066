package io.lumia.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The fields of a stored row, one behind the other. */
final class Row {
    private final ByteBuf bytes;

    private Row(ByteBuf bytes) {
        this.bytes = bytes;
    }

    static Row toWrite(int about) {
        return new Row(Unpooled.buffer(about));
    }

    static Row of(byte[] value) {
        return new Row(Unpooled.wrappedBuffer(value));
    }

    void put(byte value) {
        bytes.writeByte(value);
    }

    void put(boolean value) {
        bytes.writeBoolean(value);
    }

    void put(int value) {
        bytes.writeInt(value);
    }

    void put(long value) {
        bytes.writeLong(value);
    }

    void put(byte[] value) {
        bytes.writeInt(value.length);
        bytes.writeBytes(value);
    }

    void put(@Nullable String value) {
        if (value == null) {
            put(-1);
        } else {
            bytes.writeInt(ByteBufUtil.utf8Bytes(value));
            var unused = ByteBufUtil.writeUtf8(bytes, value);
        }
    }

    byte[] value() {
        return ByteBufUtil.getBytes(bytes);
    }

    byte nextByte() {
        return bytes.readByte();
    }

    boolean nextBoolean() {
        return bytes.readBoolean();
    }

    int nextInt() {
        return bytes.readInt();
    }

    long nextLong() {
        return bytes.readLong();
    }

    byte[] nextBytes() {
        var value = new byte[bytes.readInt()];
        bytes.readBytes(value);
        return value;
    }

    @Nullable
    String nextText() {
        int length = bytes.readInt();
        return length < 0
                ? null
                : bytes.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    /** A text that is always there. */
    String nextName() {
        var text = nextText();
        return text == null ? "" : text;
    }
}
