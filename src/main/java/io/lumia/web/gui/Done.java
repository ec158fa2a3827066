package io.lumia.web.gui;

import io.lumia.web.gui.Shell.Notice;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;

/** What was done just now, told by the page that a form leads to. The address carries only which of these it is. */
enum Done {
    REVOKED("The certificate is revoked."),
    ALREADY_REVOKED("The certificate was revoked before."),
    RELEASED("The name is free. Another key may claim it now."),
    RENEWAL_ORDERED("The device was told to renew now."),
    SWITCHED("Provisioning was changed."),
    WHITELISTED("The whitelist was changed."),
    KEY_REMOVED("The key was removed. Accounts that it let in stay."),
    ROTATION_MOVED("The rotation took the step."),
    LEFT("You are logged out.");

    private final String text;

    Done(String text) {
        this.text = text;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Notice> notice(RoutingContext context) {
        var given = context.queryParam(Screens.DONE);
        for (Done done : values()) {
            if (given.contains(done.label())) {
                return Optional.of(new Notice("good", done.text));
            }
        }
        return Optional.empty();
    }
}
