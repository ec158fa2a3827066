package io.lumia.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lumia.bus.FleetBus.AuditCursor;
import io.lumia.bus.FleetBus.AuditEntry;
import io.lumia.bus.FleetBus.AuditPage;
import io.lumia.bus.FleetBus.SearchAudit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends all acts of a search, a page at a time, as fast as the client takes them. */
final class AuditExport {
    static final int AT_ONCE = 1000;
    private static final Logger log = LoggerFactory.getLogger(AuditExport.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COLUMNS =
            List.of("number", "at", "actor", "action", "object", "outcome", "address", "correlation", "details");
    /** With one of these a spreadsheet begins a formula. */
    private static final String DANGEROUS = "=+-@\t\r";

    private final RoutingContext context;
    private final Format format;

    /** What it is sent as. */
    enum Format {
        CSV("csv", "text/csv; charset=utf-8; header=present"),
        JSON_LINES("jsonl", "application/x-ndjson");

        private final String label;
        private final String type;

        Format(String label, String type) {
            this.label = label;
            this.type = type;
        }

        String label() {
            return label;
        }
    }

    AuditExport(RoutingContext context, Format format) {
        this.context = context;
        this.format = format;
    }

    /** The first page decides whether there is an answer at all. */
    void send(SearchAudit asked) {
        var response = context.response();
        AuditApi.search(context, asked).onFailure(context::fail).onSuccess(first -> {
            response.setChunked(true)
                    .putHeader("Content-Type", format.type)
                    .putHeader("Content-Disposition", "attachment; filename=\"lumia-audit." + format.label + "\"");
            write(response, (format == Format.CSV ? csv(COLUMNS) : "") + text(first))
                    .compose(written -> rest(asked, first))
                    .onSuccess(complete -> {
                        var unused = response.end();
                    })
                    .onFailure(broken -> {
                        log.atWarn().setCause(broken).log("an export of the audit log broke off");
                        // not ended properly: whoever reads it knows that it is not whole
                        var unused = context.request().connection().close();
                    });
        });
    }

    private Future<Void> rest(SearchAudit asked, AuditPage page) {
        if (!page.more() || context.response().closed()) {
            return Future.succeededFuture();
        }
        var last = page.entries().get(page.entries().size() - 1);
        var wanted = behind(asked, last);
        return AuditApi.search(context, wanted)
                .compose(next -> write(context.response(), text(next)).compose(written -> rest(wanted, next)));
    }

    private static SearchAudit behind(SearchAudit asked, AuditEntry last) {
        return new SearchAudit(
                asked.query(),
                asked.subject(),
                asked.actor(),
                asked.action(),
                asked.object(),
                asked.outcome(),
                asked.correlation(),
                asked.from(),
                asked.to(),
                new AuditCursor(0, last.sequence()),
                asked.size());
    }

    private static Future<Void> write(HttpServerResponse response, String text) {
        Promise<Void> room = Promise.promise();
        response.exceptionHandler(room::tryFail);
        response.closeHandler(gone -> room.tryFail("the client went away"));
        var unused =
                text.isEmpty() ? Future.succeededFuture() : response.write(text).onFailure(room::tryFail);
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> room.tryComplete());
        } else {
            room.tryComplete();
        }
        return room.future();
    }

    private String text(AuditPage page) {
        return page.entries().stream()
                .map(entry -> format == Format.CSV ? csv(cells(entry)) : json(Views.AuditEntry.of(entry)) + "\n")
                .collect(Collectors.joining());
    }

    private static List<String> cells(AuditEntry entry) {
        var view = Views.AuditEntry.of(entry);
        return Stream.of(
                        Long.toString(view.number()),
                        view.at(),
                        view.actor(),
                        view.action(),
                        view.object(),
                        view.outcome(),
                        view.address(),
                        view.correlation(),
                        json(view.details()))
                .map(cell -> cell == null ? "" : cell)
                .toList();
    }

    /** RFC 4180, every cell quoted. */
    private static String csv(List<String> cells) {
        return cells.stream()
                .map(cell -> "\"" + harmless(cell).replace("\"", "\"\"") + "\"")
                .collect(Collectors.joining(",", "", "\r\n"));
    }

    /** Numbers below zero, of lines from before the chain, stay numbers. */
    private static String harmless(String cell) {
        return cell.isEmpty() || DANGEROUS.indexOf(cell.charAt(0)) < 0 || cell.matches("-[0-9]+") ? cell : "'" + cell;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts cannot be written as JSON", impossible);
        }
    }
}
