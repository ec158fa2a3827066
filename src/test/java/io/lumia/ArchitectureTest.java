package io.lumia;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.lumia", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] CORE = {
        "io.lumia.x509..", "io.lumia.lifecycle..", "io.lumia.access..", "io.lumia.simulation.."
    };

    @ArchTest
    static final ArchRule the_core_knows_neither_vertx_nor_files_nor_the_system_clock = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx..", "io.netty..", "java.nio.file..", "java.net.http..", "org.slf4j..")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule only_the_bus_touches_the_event_bus = noClasses()
            .that()
            .resideOutsideOfPackage("io.lumia.bus..")
            .should()
            .callMethod(io.vertx.core.Vertx.class, "eventBus");

    @ArchTest
    static final ArchRule packages_form_no_cycle =
            slices().matching("io.lumia.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_program_ends_in_one_place = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.lumia.Lumia")
            .should()
            .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule time_comes_from_a_clock = noClasses()
            .that()
            .resideOutsideOfPackages("io.lumia.cli..")
            .should()
            .callMethod(java.time.Instant.class, "now");

    @ArchTest
    static final ArchRule parts_do_not_import_parts = classes()
            .that()
            .resideInAnyPackage(
                    "io.lumia.authority..",
                    "io.lumia.provisioning..",
                    "io.lumia.broker..",
                    "io.lumia.mosquitto..",
                    "io.lumia.stepca..",
                    "io.lumia.app..",
                    "io.lumia.swarm..",
                    "io.lumia.renewal..",
                    "io.lumia.expiry..",
                    "io.lumia.web..",
                    "io.lumia.metrics..")
            .should(new OnlyMeetOtherPartsOnTheBus());

    @ArchTest
    static final ArchRule issuing_is_shared_by_the_parts_and_knows_none_of_them = noClasses()
            .that()
            .resideInAPackage("io.lumia.issuance..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.lumia.authority..",
                    "io.lumia.provisioning..",
                    "io.lumia.broker..",
                    "io.lumia.renewal..",
                    "io.lumia.expiry..",
                    "io.lumia.store..",
                    "io.lumia.agent..",
                    "io.lumia.web..");

    @ArchTest
    static final ArchRule measurements_see_their_subjects_from_outside = noClasses()
            .that()
            .resideInAPackage("io.lumia.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.lumia.authority..",
                    "io.lumia.store..",
                    "io.lumia.broker..",
                    "io.lumia.agent..",
                    "io.lumia.bus..",
                    "io.lumia.web..")
            .because("a peer is measured as a process of its own, by its protocols alone, and so are we");
}
