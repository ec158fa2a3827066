package io.lumia.web.gui;

import io.lumia.bus.FleetBus.RenewalsForecast;
import io.lumia.web.gui.Chart.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renewals ahead: by hour for two days when there are any by then, else by day for a month. */
final class RenewalsChart {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final int DAY_HOURS = 24;

    private RenewalsChart() {}

    static Chart of(RenewalsForecast forecast) {
        double soon = sum(forecast.hours());
        return soon >= 1
                ? Chart.of(
                        "Renewals of devices expected in each of the next 48 hours",
                        "renewals per hour",
                        "",
                        values(forecast.asOf(), Duration.ofHours(1), forecast.hours(), HOUR))
                : Chart.of(
                        "Renewals of devices expected on each of the next 30 days",
                        "renewals per day",
                        "No device has a certificate that will be renewed within 30 days.",
                        values(forecast.asOf(), Duration.ofDays(1), byDay(forecast), DAY));
    }

    static Chart none() {
        return Chart.of("Renewals ahead", "renewals", "No part of this process forecasts renewals.", List.of());
    }

    private static List<Double> byDay(RenewalsForecast forecast) {
        var hours = forecast.hours();
        var days = new ArrayList<Double>();
        for (int begin = 0; begin < hours.size(); begin += DAY_HOURS) {
            days.add(sum(hours.subList(begin, Math.min(hours.size(), begin + DAY_HOURS))));
        }
        days.addAll(forecast.days());
        return days;
    }

    private static List<Value> values(Instant from, Duration step, List<Double> counts, DateTimeFormatter format) {
        var values = new ArrayList<Value>();
        for (int i = 0; i < counts.size(); i++) {
            values.add(new Value(format.format(from.plus(step.multipliedBy(i))), counts.get(i)));
        }
        return values;
    }

    private static double sum(List<Double> counts) {
        return counts.stream().mapToDouble(Double::doubleValue).sum();
    }
}
