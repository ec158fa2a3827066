package io.lumia.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import io.lumia.config.FaultConfig;
import io.lumia.config.FaultConfig.ClientId;
import io.lumia.config.FaultConfig.Kind;
import io.lumia.x509.DeviceName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class FaultOptionsTest {
    @Command
    private static final class Anything implements Callable<Integer> {
        @Mixin
        private final FaultOptions options = new FaultOptions();

        @Override
        public Integer call() {
            return options.settings().size();
        }
    }

    @Test
    void a_share_and_times_become_settings() {
        var faults = configured("--fault", "offline=5%,after=2m,for=10m");

        var offline = faults.get("offline");
        assertThat(offline.kind()).isEqualTo(Kind.OFFLINE);
        assertThat(offline.share()).isEqualTo(0.05);
        assertThat(offline.begins()).isEqualTo(Duration.ofMinutes(2));
        assertThat(offline.lasts()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void names_and_the_keys_of_a_kind_become_settings() {
        var faults = configured(
                "--fault", "stolen=dev-0001+dev-0002,client-id=same,from=127.0.0.9", "--fault", "clock=0.1,behind=6h");

        assertThat(faults.get("stolen").devices())
                .containsExactly(new DeviceName("dev-0001"), new DeviceName("dev-0002"));
        assertThat(faults.get("stolen").clientId()).isEqualTo(ClientId.SAME);
        assertThat(faults.get("clock").shift()).isEqualTo(Duration.ofHours(-6));
    }

    @Test
    void one_kind_may_be_given_several_times_and_restarts_are_only_noted() {
        var faults = configured(
                "--fault", "flapping=0.1", "--fault", "flapping=0.2,every=1s", "--fault", "broker-restart,after=1m");

        assertThat(faults).containsOnlyKeys("flapping", "flapping-2", "broker-restart");
        assertThat(faults.get("flapping-2").cutEvery()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void what_cannot_be_meant_is_refused_with_what_was_expected() {
        refused("ofline=0.1", "there is no fault 'ofline'; expected offline, clock, renewal-refused, stolen");
        refused("offline=0.1,during=3m", "after, ahead, behind, client-id, every, for, from, is 'during=3m'");
        refused("offline=0.1.2", "'0.1.2' is no share; expected one such as 0.05 or 5%");
    }

    @Test
    void what_does_not_belong_together_is_refused_by_the_configuration() {
        unusable("offline", "share or devices must say which devices have it");
        unusable("offline=0.1,ahead=1h", "ahead and behind belong to kind clock, not to offline");
        unusable("clock=0.1", "ahead or behind must say how wrong the clock is");
        unusable("offline=0", "share must be more than 0 and at most 1");
        unusable("broker-restart=0.1", "only noted");
        unusable("flapping=0.1,every=often", "swarm.faults.flapping.every: expected a duration");
    }

    private static Map<String, FaultConfig> configured(String... arguments) {
        var command = new Anything();
        new CommandLine(command).parseArgs(arguments);
        return loaded(command.options.settings());
    }

    private static Map<String, FaultConfig> loaded(List<String> settings) {
        return new ConfigLoader()
                .load(new ConfigSources("standalone", List.of(), Map.of(), settings, null, List.of()))
                .config()
                .swarm()
                .faults();
    }

    private static void refused(String fault, String why) {
        var command = new Anything();
        new CommandLine(command).parseArgs("--fault", fault);
        assertThatThrownBy(command.options::settings)
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessageContaining("--fault " + fault)
                .hasMessageContaining(why);
    }

    private static void unusable(String fault, String why) {
        assertThatThrownBy(() -> configured("--fault", fault)).hasMessageContaining(why);
    }
}
