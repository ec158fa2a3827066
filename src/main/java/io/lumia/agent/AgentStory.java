package io.lumia.agent;

import io.lumia.broker.wire.ReasonCode;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateRenewed;
import io.lumia.bus.FleetBus.RenewalFailed;
import io.lumia.mqtt.Ending;
import io.lumia.tls.IdentityFiles;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Validity;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What an identity tells the log and the bus. */
final class AgentStory {
    private static final Logger log = LoggerFactory.getLogger(AgentStory.class);

    private final DeviceName name;

    AgentStory(DeviceName name) {
        this.name = name;
    }

    void tell(String sentence, IdentityFiles.@Nullable Generation generation) {
        var told = log.atInfo().addKeyValue("identity", name);
        if (generation != null) {
            told = told.addKeyValue("serial", generation.serial()).addKeyValue("notAfter", generation.notAfter());
        }
        told.log(sentence);
    }

    /** A server that ends a connection has a reason that somebody should read, unless it is only stopping; networks break. */
    void lost(Ending ending) {
        boolean telling = ending.by() == Ending.By.SERVER && ending.reason() != ReasonCode.SERVER_SHUTTING_DOWN;
        log.atLevel(telling ? Level.WARN : Level.INFO)
                .addKeyValue("identity", name)
                .addKeyValue("by", ending.by().name().toLowerCase(Locale.ROOT))
                .addKeyValue("reason", ending.reason().label())
                .addKeyValue("detail", ending.detail())
                .log("connection lost, reconnecting");
    }

    void report(StepFailed failure, Instant retryAt, String sentence) {
        log.atLevel(failure.remedy() == StepFailed.Remedy.OPERATOR ? Level.ERROR : Level.WARN)
                .addKeyValue("identity", name)
                .addKeyValue("reason", failure.reason().label())
                .addKeyValue("detail", failure.getMessage())
                .addKeyValue("retryAt", retryAt)
                .log(sentence);
    }

    void renewed(Vertx vertx, IdentityFiles.Generation generation, Duration took) {
        var validity = Validity.of(generation.material().leaf());
        FleetBus.CERTIFICATE_RENEWED.publish(
                vertx, new CertificateRenewed(name.value(), generation.serial(), validity, "acme", took));
    }

    void renewalFailed(Vertx vertx, StepFailed failure, Instant retryAt) {
        FleetBus.RENEWAL_FAILED.publish(
                vertx, new RenewalFailed(name.value(), failure.reason().label(), failure.getMessage(), retryAt));
    }

    void adopted(Fingerprint bundle) {
        log.atInfo()
                .addKeyValue("identity", name)
                .addKeyValue("bundle", bundle)
                .log("other roots are trusted from now on");
    }

    void end(StepFailed failure) {
        log.atError()
                .addKeyValue("identity", name)
                .addKeyValue("reason", failure.reason().label())
                .addKeyValue("detail", failure.getMessage())
                .log("identity gives up");
    }

    void untidy(Throwable failure) {
        log.atWarn()
                .addKeyValue("identity", name)
                .addKeyValue("reason", failure)
                .log("old certificates could not be removed");
    }
}
