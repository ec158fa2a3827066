package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ChangeSettings;
import io.lumia.bus.FleetBus.ChangeWhitelist;
import io.lumia.bus.FleetBus.DescribeSettings;
import io.lumia.bus.FleetBus.ProvisioningState;
import io.lumia.bus.FleetBus.ReloadSettings;
import io.lumia.bus.FleetBus.SettingsOutcome;
import io.lumia.bus.FleetBus.ThresholdsChanged;
import io.lumia.bus.FleetBus.WhitelistOutcome;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.LoadedConfig;
import io.lumia.config.LogConfig;
import io.lumia.fakes.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsVerticleTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<LogConfig.Level> levels = new CopyOnWriteArrayList<>();
    private final List<ThresholdsChanged> thresholds = new CopyOnWriteArrayList<>();
    private final List<ChangeWhitelist> whitelists = new CopyOnWriteArrayList<>();
    private final List<Audited> acts = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    @BeforeEach
    void install() {
        FleetBus.install(vertx);
        Await.result(Future.all(
                FleetBus.THRESHOLDS_CHANGED.listen(vertx, thresholds::add),
                FleetBus.AUDITED.listen(vertx, acts::add),
                FleetBus.CHANGE_WHITELIST.serve(vertx, wanted -> {
                    whitelists.add(wanted);
                    return Future.succeededFuture(
                            new WhitelistOutcome.Changed(new ProvisioningState(true, null, List.of(), "test")));
                })));
    }

    @AfterEach
    void close() {
        Await.result(vertx.close());
    }

    @Test
    void a_changed_file_is_noticed_and_taken() throws IOException {
        write("log: {level: info}\nprovisioning: {whitelist: [192.0.2.1, 192.0.2.2]}\n");
        deploy(Duration.ofMillis(20));
        write("log: {level: debug}\nexpiry: {warning: 10d}\nprovisioning: {whitelist: [192.0.2.2, 198.51.100.0/24]}\n");
        Await.until(vertx, "everything is taken", () -> !levels.isEmpty() && !whitelists.isEmpty());
        assertThat(levels).containsExactly(LogConfig.Level.DEBUG);
        Await.until(vertx, "thresholds are told", () -> !thresholds.isEmpty());
        assertThat(thresholds.get(0).warning()).isEqualTo(Duration.ofDays(10));
        assertThat(whitelists.get(0).add()).containsExactly("198.51.100.0/24");
        assertThat(whitelists.get(0).remove()).containsExactly("192.0.2.1");
        Await.until(vertx, "it is audited", () -> !acts.isEmpty());
        assertThat(acts.get(0)).satisfies(act -> {
            assertThat(act.actor()).isEqualTo("configuration file");
            assertThat(act.action()).isEqualTo("settings.reload");
            assertThat(act.details()).containsEntry("log.level", "debug");
        });
    }

    @Test
    void a_bad_file_keeps_the_old_settings_and_says_key_and_file() throws IOException {
        write("log: {level: warn}\n");
        deploy(Duration.ZERO);
        write("log: {level: loud}\nexpiry: {warning: 1h}\n");
        assertThat(reload())
                .isInstanceOfSatisfying(
                        SettingsOutcome.Refused.class,
                        refused -> assertThat(refused.detail()).contains("log.level", file().toString(), "expiry"));
        assertThat(levels).isEmpty();
        assertThat(value("log.level")).isEqualTo("warn");
        Await.until(vertx, "it is audited", () -> acts.size() == 1);
        assertThat(acts.get(0).outcome()).isEqualTo("refused");
        write("log: {level: error}\n");
        assertThat(reload()).isInstanceOf(SettingsOutcome.Taken.class);
        assertThat(levels).containsExactly(LogConfig.Level.ERROR);
    }

    @Test
    void names_what_needs_a_restart() throws IOException {
        write("web: {port: 8502}\n");
        deploy(Duration.ZERO);
        write("web: {port: 8503}\n");
        assertThat(reload()).isInstanceOfSatisfying(SettingsOutcome.Taken.class, taken -> {
            assertThat(taken.changed()).isEmpty();
            assertThat(taken.state().needRestart()).containsExactly("web.port");
        });
    }

    @Test
    void what_is_set_wins_over_the_file_until_it_is_given_back() throws IOException {
        write("log: {level: info}\n");
        deploy(Duration.ZERO);
        assertThat(set("log.level", "debug")).isInstanceOf(SettingsOutcome.Taken.class);
        write("log: {level: warn}\n");
        assertThat(reload()).isInstanceOf(SettingsOutcome.Taken.class);
        assertThat(value("log.level")).isEqualTo("debug");
        assertThat(set("log.level", null)).isInstanceOf(SettingsOutcome.Taken.class);
        assertThat(value("log.level")).isEqualTo("warn");
        assertThat(levels).containsExactly(LogConfig.Level.DEBUG, LogConfig.Level.WARN);
    }

    @Test
    void refuses_values_that_do_not_fit_and_keys_that_do_not_change() throws IOException {
        write("log: {level: info}\n");
        deploy(Duration.ZERO);
        assertThat(set("expiry.warning", "1s"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Refused.class,
                        refused -> assertThat(refused.detail())
                                .contains("expiry", "warning must not be shorter than critical"));
        assertThat(set("expiry.warning", "P99999999999D"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Refused.class,
                        refused -> assertThat(refused.detail()).contains("expiry", "warning must be from 1ms to"));
        assertThat(set("web.token", "0123456789abcdef"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Refused.class,
                        refused -> assertThat(refused.detail()).contains("web.token", "start anew"));
        assertThat(set("provisioning.whitelist", "[]"))
                .isInstanceOfSatisfying(
                        SettingsOutcome.Refused.class,
                        refused -> assertThat(refused.detail()).contains("/api/v1/provisioning/whitelist"));
        assertThat(thresholds).isEmpty();
    }

    private void deploy(Duration interval) {
        var settings = new RunningSettings(this::load, load(List.of()));
        var unused = Await.result(vertx.deployVerticle(
                new SettingsVerticle(settings, List.of(file()), interval, levels::add, Clock.systemUTC())));
    }

    private LoadedConfig load(List<String> over) {
        return new ConfigLoader()
                .load(new ConfigSources(
                        ConfigSources.STANDALONE, List.of(file()), Map.of(), over, directory, List.of(Path.of(""))));
    }

    private SettingsOutcome reload() {
        return Await.result(FleetBus.RELOAD_SETTINGS.ask(vertx, new ReloadSettings("admin")));
    }

    private SettingsOutcome set(String key, @Nullable String value) {
        var values = new HashMap<String, @Nullable String>();
        values.put(key, value);
        return Await.result(FleetBus.CHANGE_SETTINGS.ask(vertx, new ChangeSettings(values, "admin")));
    }

    private String value(String key) {
        return Await.result(FleetBus.DESCRIBE_SETTINGS.ask(vertx, new DescribeSettings())).settings().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow()
                .value();
    }

    private Path file() {
        return directory.resolve("lumia.yaml");
    }

    private void write(String yaml) throws IOException {
        Files.writeString(file(), yaml);
    }
}
