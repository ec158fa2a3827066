package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AuditCursor;
import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.SearchAudit;
import io.lumia.x509.Printable;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /audit}: search, and export as CSV or JSON lines. */
final class AuditApi {
    static final String PART = "audit log";
    private static final int LONGEST = 500;
    /** Skipping costs the index a step for each act; further back one goes by time. */
    private static final int MOST_SKIPPED = 100_000;

    private final AuditTrail audit;

    AuditApi(AuditTrail audit) {
        this.audit = audit;
    }

    void mount(ApiRoutes api) {
        api.get("/audit", Role.VIEWER, this::audit);
    }

    private void audit(RoutingContext context) {
        var format = format(context);
        if (format.isPresent()) {
            audit.done(context, "audit.export", format.get().label(), Map.of("query", query(context)));
            new AuditExport(context, format.get()).send(asked(context, AuditCursor.NEWEST, AuditExport.AT_ONCE));
            return;
        }
        int page = Answers.page(context);
        int size = Answers.size(context);
        if ((long) page * size > MOST_SKIPPED) {
            throw Rejected.badRequest(
                    "no more than " + MOST_SKIPPED + " acts are skipped; name an earlier time with the parameter 'to'");
        }
        var wanted = asked(context, new AuditCursor(page * size, null), size);
        Answers.send(context, 200, search(context, wanted).map(found -> Views.AuditPage.of(found, page, size)));
    }

    static Future<AuditPage> search(RoutingContext context, SearchAudit wanted) {
        return Answers.ask(context, FleetBus.SEARCH_AUDIT, wanted, PART);
    }

    private static SearchAudit asked(RoutingContext context, AuditCursor after, int size) {
        return new SearchAudit(
                text(context, "query"),
                text(context, "subject"),
                text(context, "actor"),
                text(context, "action"),
                text(context, "object"),
                text(context, "outcome"),
                text(context, "correlation"),
                moment(context, "from"),
                moment(context, "to"),
                after,
                size);
    }

    /** What was asked for, as it stood in the address. */
    private static String query(RoutingContext context) {
        return Optional.ofNullable(context.request().query()).orElse("");
    }

    private static Optional<AuditExport.Format> format(RoutingContext context) {
        var named = Answers.parameter(context, "format").filter(text -> !text.isEmpty());
        if (named.isPresent()) {
            return switch (named.get()) {
                case "json" -> Optional.empty();
                case "csv" -> Optional.of(AuditExport.Format.CSV);
                case "jsonl" -> Optional.of(AuditExport.Format.JSON_LINES);
                default ->
                    throw Rejected.badRequest(
                            "the parameter 'format' must be json, csv or jsonl, is " + Printable.quoted(named.get()));
            };
        }
        var accepted = Optional.ofNullable(context.request().getHeader("Accept"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        if (accepted.startsWith("text/csv")) {
            return Optional.of(AuditExport.Format.CSV);
        }
        return accepted.startsWith("application/x-ndjson") || accepted.startsWith("application/jsonl")
                ? Optional.of(AuditExport.Format.JSON_LINES)
                : Optional.empty();
    }

    private static @Nullable String text(RoutingContext context, String name) {
        var given = Answers.parameter(context, name).filter(text -> !text.isBlank());
        if (given.isPresent() && given.get().length() > LONGEST) {
            throw Rejected.badRequest("the parameter '" + name + "' is longer than " + LONGEST + " characters");
        }
        return given.orElse(null);
    }

    private static @Nullable Instant moment(RoutingContext context, String name) {
        var given = text(context, name);
        try {
            return given == null
                    ? null
                    : Instant.ofEpochMilli(Instant.parse(given).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException malformed) {
            throw Rejected.badRequest("the parameter '" + name + "' must be a time such as 2030-01-31T12:00:00Z, is "
                    + Printable.quoted(String.valueOf(given)));
        }
    }
}
