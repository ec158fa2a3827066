package io.lumia.provisioning;

import io.lumia.access.TokenBuckets;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Audited;
import io.lumia.bus.FleetBus.ProvisioningAnswered;
import io.lumia.bus.Origin;
import io.lumia.config.ProvisioningConfig;
import io.lumia.http.ConnectionGuard;
import io.lumia.http.ForwardedFor;
import io.lumia.http.Origins;
import io.lumia.http.Problem;
import io.lumia.provisioning.Answer.Addressed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP side: takes a request apart, and puts the answer into HTTP, events and log. For one event loop. */
final class ProvisioningDesk {
    static final int LARGEST_BODY = 16 * 1024;
    private static final Logger log = LoggerFactory.getLogger(ProvisioningDesk.class);
    private static final String PATH = "/v1/certificates";
    /** Refusals of one address that are logged and audited; a flood must not fill the disk. */
    private static final int TOLD_A_MINUTE = 6;

    private static final int TOLD_AT_ONCE = 20;
    private static final int LINGER_MILLIS = 500;

    private final Vertx vertx;
    private final ProvisioningConfig config;
    private final Enrolment enrolment;
    private final ConnectionGuard guard;
    private final Clock clock;
    private final TokenBuckets<String> told = new TokenBuckets<>(TOLD_A_MINUTE, TOLD_AT_ONCE, 10_000);

    ProvisioningDesk(Vertx vertx, ProvisioningConfig config, Enrolment enrolment, ConnectionGuard guard, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.enrolment = enrolment;
        this.guard = guard;
        this.clock = clock;
    }

    void receive(HttpServerRequest request) {
        var socket = ForwardedFor.socket(request.remoteAddress().hostAddress());
        Origins.begin(request);
        var unacceptable = unacceptable(request);
        if (unacceptable.isPresent()) {
            answer(request, declined(unacceptable.get(), socket));
            return;
        }
        var body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() > LARGEST_BODY) {
                request.handler(rest -> {});
                request.endHandler(rest -> {});
                answer(request, declined(Problems.tooLarge(LARGEST_BODY), socket));
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(complete -> {
            guard.arrived(request.connection());
            var unused = considered(request, socket, body)
                    .onComplete(
                            addressed -> answer(request, addressed), broken -> answer(request, broken(broken, socket)));
        });
    }

    private Future<Addressed> considered(HttpServerRequest request, InetAddress socket, Buffer body) {
        try {
            var application = Application.parse(body);
            var client =
                    ForwardedFor.client(socket, request.headers().getAll("X-Forwarded-For"), config.trustedProxies());
            Origin.cameFrom(client.getHostAddress());
            return enrolment.answer(client, application);
        } catch (IllegalArgumentException malformed) {
            return Future.succeededFuture(declined(Problems.malformed(String.valueOf(malformed.getMessage())), socket));
        }
    }

    private static Optional<Problem> unacceptable(HttpServerRequest request) {
        if (!PATH.equals(request.path())) {
            return Optional.of(Problems.notFound());
        }
        if (!request.method().equals(HttpMethod.POST)) {
            return Optional.of(Problems.methodNotAllowed());
        }
        if (!isJson(request.getHeader("Content-Type"))) {
            return Optional.of(Problems.unsupportedMediaType());
        }
        return declaredLength(request) > LARGEST_BODY ? Optional.of(Problems.tooLarge(LARGEST_BODY)) : Optional.empty();
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null
                && contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json");
    }

    private static long declaredLength(HttpServerRequest request) {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException beyondAnyNumber) {
            return Long.MAX_VALUE;
        }
    }

    private Addressed broken(Throwable cause, InetAddress socket) {
        log.atError().setCause(cause).log("an application could not be considered; this is a defect, please report it");
        return declined(Problems.unavailable(), socket);
    }

    private static Addressed declined(Problem problem, InetAddress socket) {
        return new Addressed(new Answer.Declined(problem), socket.getHostAddress(), null);
    }

    /** Each device asks once, so connections end with their answer. */
    private void answer(HttpServerRequest request, Addressed addressed) {
        tell(addressed);
        var response = request.response();
        if (addressed.answer() instanceof Answer.Granted granted) {
            if (!response.closed()) {
                var unused = response.setStatusCode(201)
                        .putHeader("Content-Type", "application/json")
                        .putHeader("Cache-Control", "no-store")
                        .putHeader("X-Content-Type-Options", "nosniff")
                        .putHeader("Connection", "close")
                        .end(granted.json());
            }
        } else if (addressed.answer() instanceof Answer.Declined declined) {
            declined.problem().with("Connection", "close").answer(response);
            hangUp(request);
        }
    }

    /** Who is still sending gets the time to read the answer, no more. */
    private void hangUp(HttpServerRequest request) {
        if (!request.isEnded()) {
            vertx.setTimer(LINGER_MILLIS, over -> {
                var unused = request.connection().close();
            });
        }
    }

    private void tell(Addressed addressed) {
        var device = addressed.device() == null ? "" : addressed.device().value();
        var result = addressed.answer().result();
        FleetBus.PROVISIONING_ANSWERED.publish(vertx, new ProvisioningAnswered(result, addressed.address(), device));
        var now = clock.instant();
        boolean granted = addressed.answer() instanceof Answer.Granted;
        if (!granted && told.take(addressed.address(), now).isPresent()) {
            return;
        }
        FleetBus.AUDITED.publish(
                vertx,
                new Audited(
                                now,
                                "provisioning",
                                "provisioning.answer",
                                device.isEmpty() ? addressed.address() : device,
                                granted ? "ok" : "refused",
                                Map.of("result", result))
                        .from(addressed.address()));
        if (addressed.answer() instanceof Answer.Declined declined) {
            log.atWarn()
                    .addKeyValue("identity", device)
                    .addKeyValue("address", addressed.address())
                    .addKeyValue("outcome", result)
                    .addKeyValue("reason", declined.problem().detail())
                    .log("a device got no first certificate");
        } else {
            log.atInfo()
                    .addKeyValue("identity", device)
                    .addKeyValue("address", addressed.address())
                    .addKeyValue("outcome", result)
                    .log("a device got its first certificate");
        }
    }
}
