package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lumia.config.ConfigLoader;
import io.lumia.config.ConfigSources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Kubernetes manifests, built by kustomize, against the schemas of Kubernetes (kubernetes-validate carries them) and Lumia's own settings. */
class KustomizeIT {
    private static final String KUBERNETES = "1.34";

    @TempDir
    static Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"overlays/parts", "overlays/cluster", "overlays/step-ca"})
    void keeps_to_the_schemas_of_kubernetes(String overlay) throws Exception {
        var built = build(overlay);
        var validate = ExternalProgram.find("kubernetes-validate", Map.of(), directory);
        var file = directory.resolve(overlay.replace('/', '-') + ".yaml");
        try (var out = new YAMLMapper().writer().writeValues(file.toFile())) {
            for (JsonNode resource : built.resources()) {
                // what the Prometheus Operator defines is not in there
                if (!resource.path("apiVersion").asText().startsWith("monitoring.coreos.com")) {
                    out.write(resource);
                }
            }
        }
        assertThat(validate.run("-k", KUBERNETES, "--strict", file.toString()))
                .contains("passed for resource namespace/lumia")
                .doesNotContain("WARN", "ERROR");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/parts", "overlays/cluster", "overlays/step-ca"})
    void every_pod_is_confined_and_watched(String overlay) throws Exception {
        for (JsonNode workload : build(overlay).workloads()) {
            var pod = workload.at("/spec/template/spec");
            var name = workload.at("/metadata/name").asText();
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true))
                    .as(name)
                    .isFalse();
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean())
                    .as(name)
                    .isTrue();
            assertThat(pod.at("/securityContext/seccompProfile/type").asText())
                    .as(name)
                    .isEqualTo("RuntimeDefault");
            for (JsonNode container : containers(pod)) {
                var which = name + "/" + container.path("name").asText();
                var confined = container.path("securityContext");
                assertThat(confined.path("allowPrivilegeEscalation").asBoolean(true))
                        .as(which)
                        .isFalse();
                assertThat(confined.path("readOnlyRootFilesystem").asBoolean())
                        .as(which)
                        .isTrue();
                assertThat(confined.at("/capabilities/drop/0").asText())
                        .as(which)
                        .isEqualTo("ALL");
                assertThat(container.at("/resources/requests").size()).as(which).isEqualTo(2);
                assertThat(container.at("/resources/limits/memory").asText())
                        .as(which)
                        .isNotEmpty();
                assertThat(container.path("image").asText())
                        .as(which)
                        .contains(":")
                        .doesNotEndWith(":latest");
            }
            for (JsonNode container : pod.path("containers")) {
                assertThat(container.has("readinessProbe") && container.has("livenessProbe"))
                        .as(name)
                        .isTrue();
            }
        }
    }

    /** A misspelt or removed setting would stop the pod at its start. */
    @ParameterizedTest
    @ValueSource(strings = {"overlays/parts", "overlays/cluster", "overlays/step-ca"})
    void every_setting_is_one_that_lumia_takes(String overlay) throws Exception {
        var built = build(overlay);
        int checked = 0;
        for (JsonNode workload : built.workloads()) {
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                if (container.path("name").asText().equals("lumia")) {
                    var arguments = new ArrayList<String>();
                    container.path("args").forEach(argument -> arguments.add(argument.asText()));
                    var loaded = new ConfigLoader().load(sources(built, container, arguments));
                    assertThat(loaded.config().parts()).isNotEmpty();
                    assertThat(loaded.config().metrics().host()).isEqualTo("0.0.0.0");
                    checked++;
                }
            }
        }
        assertThat(checked).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/parts", "overlays/cluster", "overlays/step-ca"})
    void every_service_and_every_network_policy_finds_its_pods(String overlay) throws Exception {
        var built = build(overlay);
        for (JsonNode service : built.of("Service")) {
            assertThat(built.hasPod(service.at("/spec/selector")))
                    .as(service.toString())
                    .isTrue();
        }
        for (JsonNode policy : built.of("NetworkPolicy")) {
            assertThat(built.hasPod(policy.at("/spec/podSelector/matchLabels")))
                    .as(policy.toString())
                    .isTrue();
            for (JsonNode peer : policy.findValues("podSelector")) {
                assertThat(built.hasPod(peer.path("matchLabels")))
                        .as(policy.toString())
                        .isTrue();
            }
        }
        assertThat(built.named("NetworkPolicy", "deny-all")
                        .orElseThrow()
                        .at("/spec/policyTypes")
                        .size())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/parts", "overlays/cluster"})
    void one_gateway_can_take_the_place_of_the_load_balancers(String overlay) throws Exception {
        build(overlay);
        var behind = Files.createDirectories(copy().resolve("behind-" + overlay.substring(overlay.indexOf('/') + 1)));
        Files.writeString(behind.resolve("kustomization.yaml"), """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [../%s]
                components: [../components/gateway]
                """.formatted(overlay));
        var built = build(behind.getFileName().toString());
        assertThat(built.of("Service"))
                .noneMatch(service -> service.at("/spec/type").asText().equals("LoadBalancer"));
        for (JsonNode route : built.of("TCPRoute")) {
            var service = route.at("/spec/rules/0/backendRefs/0/name").asText();
            assertThat(built.named("Service", service)).as(service).isPresent();
        }
    }

    private static ConfigSources sources(KustomizedOverlay built, JsonNode container, List<String> arguments)
            throws Exception {
        var files = new ArrayList<Path>();
        int named = arguments.indexOf("--config");
        if (named >= 0) {
            var name = Path.of(arguments.get(named + 1)).getFileName().toString();
            var content = built.of("ConfigMap").stream()
                    .map(map -> map.path("data").path(name))
                    .filter(JsonNode::isTextual)
                    .findFirst()
                    .orElseThrow();
            files.add(Files.writeString(directory.resolve(name), content.asText()));
        }
        var profile = arguments.get(arguments.indexOf("--profile") + 1);
        return new ConfigSources(profile, files, built.environment(container), List.of(), null, List.of());
    }

    private static List<JsonNode> containers(JsonNode pod) {
        var all = new ArrayList<JsonNode>();
        pod.path("initContainers").forEach(all::add);
        pod.path("containers").forEach(all::add);
        return all;
    }

    private static KustomizedOverlay build(String overlay) throws Exception {
        var kustomize = ExternalProgram.find("kustomize", Map.of(), directory);
        return KustomizedOverlay.build(kustomize, copy(), overlay);
    }

    private static Path copy() {
        return directory.resolve("kubernetes");
    }
}
