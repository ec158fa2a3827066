package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.ForecastRenewals;
import io.lumia.bus.FleetBus.RenewalsForecast;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /renewals}: what is overdue and what is ahead. */
final class RenewalsApi {
    private static final int DAY = 24;

    void mount(ApiRoutes api) {
        api.get("/renewals", Role.VIEWER, RenewalsApi::show);
    }

    private static void show(RoutingContext context) {
        Answers.send(
                context,
                200,
                Answers.ask(context, FleetBus.FORECAST_RENEWALS, new ForecastRenewals(), "authority")
                        .map(Renewals::of));
    }

    /** Expected renewals are fractions: a certificate counts evenly over the window in which it will be renewed. */
    record Renewals(long overdue, Ahead ahead) {
        static Renewals of(RenewalsForecast told) {
            var within = new LinkedHashMap<String, Double>();
            told.within().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> within.put(text(entry.getKey()), rounded(entry.getValue())));
            return new Renewals(
                    told.overdue(),
                    new Ahead(told.asOf().toString(), within, rounded(told.hours()), rounded(told.days())));
        }
    }

    /**
     * @param within cumulative
     * @param hours in each of the first ones from {@code asOf}
     * @param days in each of those that follow the hours
     */
    record Ahead(String asOf, Map<String, Double> within, List<Double> hours, List<Double> days) {}

    private static String text(Duration duration) {
        long hours = duration.toHours();
        return hours % DAY == 0 ? hours / DAY + "d" : hours + "h";
    }

    private static List<Double> rounded(List<Double> values) {
        return values.stream().map(RenewalsApi::rounded).toList();
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
