package io.lumia.web.gui;

import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/** Which colours somebody chose; kept in a cookie, so that pages come in them without a script. */
enum Theme {
    AUTO,
    LIGHT,
    DARK;

    static final String COOKIE = "lumia-theme";

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Theme of(RoutingContext context) {
        var cookie = context.request().getCookie(COOKIE);
        return cookie == null ? AUTO : of(cookie.getValue());
    }

    /** Automatic for what is no theme. */
    static Theme of(String label) {
        for (Theme theme : values()) {
            if (theme.label().equals(label)) {
                return theme;
            }
        }
        return AUTO;
    }
}
