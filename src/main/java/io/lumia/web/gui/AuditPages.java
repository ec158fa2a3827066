package io.lumia.web.gui;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditCursor;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.SearchAudit;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who did what: search and export. */
final class AuditPages implements Gui.Pages {
    private static final int SIZE = 50;
    private static final int LAST_PAGE = 1000;
    private static final int LONGEST = 200;
    private static final int STORY = 50;

    private final Screens screens;

    AuditPages(Screens screens) {
        this.screens = screens;
    }

    /** @param query and {@code action, outcome}: empty: all */
    record Acts(String query, String action, String outcome, int page, AuditPage found) {
        private static final String PATH = "/audit";

        boolean isFiltered() {
            return !(query + action + outcome).isEmpty();
        }

        @Nullable
        String newer() {
            return page == 0 ? null : at(page - 1);
        }

        @Nullable
        String older() {
            return found.more() && page < LAST_PAGE ? at(page + 1) : null;
        }

        /** All that match, as a file. */
        String export(String format) {
            var parameters = new ArrayList<>(List.of("format", format));
            parameters.addAll(parameters());
            return Paging.address("/api/v1/audit", parameters);
        }

        private String at(int other) {
            var parameters = new ArrayList<>(parameters());
            parameters.addAll(List.of("page", other == 0 ? "" : String.valueOf(other)));
            return Paging.address(PATH, parameters);
        }

        private List<String> parameters() {
            return List.of("query", query, "action", action, "outcome", outcome);
        }
    }

    /** The details of an act on one line. */
    static String details(AuditEntry entry) {
        return new TreeMap<>(entry.act().details())
                .entrySet().stream()
                        .map(detail -> detail.getKey() + "=" + detail.getValue())
                        .collect(Collectors.joining(", "));
    }

    /** What is known of a certificate or an identity, newest first; empty where no audit log answers. */
    static Future<List<AuditEntry>> story(Screens screens, String subject) {
        var wanted =
                new SearchAudit(null, subject, null, null, null, null, null, null, null, AuditCursor.NEWEST, STORY);
        return screens.unlessSilent(FleetBus.SEARCH_AUDIT, wanted, AuditPage::entries)
                .map(found -> found.orElse(List.of()));
    }

    @Override
    public void mount(Router router) {
        router.get("/audit").handler(this::show);
    }

    private void show(RoutingContext context) {
        var query = Queries.text(context, "query", LONGEST);
        var action = Queries.text(context, "action", LONGEST);
        var outcome = Queries.text(context, "outcome", LONGEST);
        int page = Math.min(Queries.page(context), LAST_PAGE);
        var wanted = new SearchAudit(
                orNull(query),
                null,
                null,
                orNull(action),
                null,
                orNull(outcome),
                null,
                null,
                null,
                new AuditCursor(page * SIZE, null),
                SIZE);
        screens.show(
                context,
                "audit",
                screens.shell(context, "Audit", Section.AUDIT),
                screens.ask(FleetBus.SEARCH_AUDIT, wanted, "audit log")
                        .map(found -> new Acts(query, action, outcome, page, found)));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
