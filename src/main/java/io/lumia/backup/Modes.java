package io.lumia.backup;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** File modes as tar has them, and as Java has them. */
final class Modes {
    private static final String ALL = "rwxrwxrwx";

    private Modes() {}

    static int of(Set<PosixFilePermission> permissions) {
        var text = PosixFilePermissions.toString(permissions);
        int mode = 0;
        for (int i = 0; i < ALL.length(); i++) {
            mode = mode << 1 | (text.charAt(i) == '-' ? 0 : 1);
        }
        return mode;
    }

    /** Of the lowest nine bits. */
    static Set<PosixFilePermission> permissions(int mode) {
        var text = new StringBuilder(ALL);
        for (int i = 0; i < ALL.length(); i++) {
            if ((mode & 1 << (ALL.length() - 1 - i)) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(text.toString());
    }
}
