package io.lumia.swarm.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final Limits LIMITS =
            new Limits(null, Duration.ofMillis(100), null, null, null, null, null, null, null);

    @Test
    void shows_nothing_from_outside_as_markup() {
        var page = HtmlReport.of(Reports.report("<script>alert('x')</script>\" & <img src=x>", LIMITS));

        assertThat(page)
                .doesNotContain("<script", "<img")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; &amp; &lt;img src=x&gt;");
    }

    @Test
    void needs_nothing_from_elsewhere() {
        var page = HtmlReport.of(Reports.report("a machine", LIMITS));

        assertThat(page)
                .contains("default-src 'none'")
                .doesNotContain("<link", "@import", "url(", " src=", "href=", "<script");
    }

    @Test
    void has_a_chart_and_a_table_for_times_and_course() {
        var page = HtmlReport.of(Reports.report("a machine", LIMITS));

        assertThat(page.split("<svg", -1)).hasSize(8);
        assertThat(page).contains("<caption>Percentiles</caption>", "Not every limit was kept to.", ">MISSED<");
        assertThat(page).doesNotContain("NaN", "Infinity");
    }

    @Test
    void tells_which_faults_ran_and_which_never_began() {
        assertThat(HtmlReport.of(Reports.report("a machine", Limits.NONE)))
                .contains("<th scope=\"row\">half-open</th>", "<td>after 10.0 s</td>", "<td>after 70.0 s</td>")
                .contains("<th scope=\"row\">stolen</th>", "<td>never</td>");
    }

    @Test
    void a_run_without_messages_has_a_page_as_well() {
        var whole = Reports.report("a machine", Limits.NONE);
        var empty = new RunReport(
                whole.machine(),
                whole.began(),
                whole.took(),
                whole.settings(),
                whole.counts(),
                0,
                Reports.times(),
                Reports.times(),
                Reports.times(),
                List.of(),
                List.of(),
                whole.verdicts());

        assertThat(HtmlReport.of(empty)).contains("Nothing was delivered").doesNotContain("NaN", "Infinity");
    }
}
