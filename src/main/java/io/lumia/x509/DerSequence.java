package io.lumia.x509;

import java.util.List;

/** A SEQUENCE put together of parts that are encoded already (X.690, 8.1.3 and 8.9): no object is made for each of 100,000 entries. */
final class DerSequence {
    private static final int SEQUENCE = 0x30;
    private static final int LONGEST_SHORT_FORM = 127;

    private DerSequence() {}

    static byte[] of(List<byte[]> parts) {
        int length = parts.stream().mapToInt(part -> part.length).reduce(0, Math::addExact);
        var header = header(length);
        var der = new byte[Math.addExact(header.length, length)];
        System.arraycopy(header, 0, der, 0, header.length);
        int position = header.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, der, position, part.length);
            position += part.length;
        }
        return der;
    }

    private static byte[] header(int length) {
        if (length <= LONGEST_SHORT_FORM) {
            return new byte[] {SEQUENCE, (byte) length};
        }
        int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        var header = new byte[2 + octets];
        header[0] = SEQUENCE;
        header[1] = (byte) (0x80 | octets);
        for (int i = 0; i < octets; i++) {
            header[1 + octets - i] = (byte) (length >>> (8 * i));
        }
        return header;
    }
}
