package io.lumia.expiry;

import io.lumia.expiry.Watch.Directory;
import io.lumia.expiry.Watch.Endpoint;
import io.lumia.expiry.Watch.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at what is watched. Blocks, for an endpoint a little longer than the timeout at most; call from a worker. */
public final class Look {
    private final Clock clock;
    private final Duration timeout;

    /** @param timeout of one endpoint or directory */
    public Look(Clock clock, Duration timeout) {
        this.clock = clock;
        this.timeout = timeout;
    }

    /** Never empty: what could not be looked at is a finding as well. */
    public List<Finding> at(Watch watch) {
        var subject = watch.subject();
        if (subject instanceof Endpoint endpoint) {
            return List.of(new EndpointProbe(watch, endpoint, timeout).look(clock.instant()));
        }
        if (subject instanceof Directory directory) {
            return List.of(new DirectoryProbe(watch, directory.address(), timeout).look(clock.instant()));
        }
        var findings = new ArrayList<Finding>();
        var files = (Files) subject;
        for (String pattern : files.patterns()) {
            findings.addAll(atFiles(watch, pattern, files.passwordFile()));
        }
        return List.copyOf(findings);
    }

    private List<Finding> atFiles(Watch watch, String pattern, @Nullable Path passwordFile) {
        try {
            return FilePatterns.files(pattern).stream()
                    .map(file -> atFile(watch, file, passwordFile))
                    .toList();
        } catch (CannotLook unusable) {
            return List.of(unknown(watch, pattern, unusable));
        }
    }

    private Finding atFile(Watch watch, Path file, @Nullable Path passwordFile) {
        try {
            var chain = CertificateFile.read(file, passwordFile);
            return new ChainCheck(clock.instant(), watch)
                    .judge(file.toString(), chain, watch.expectation().serverName(), null);
        } catch (CannotLook unusable) {
            return unknown(watch, file.toString(), unusable);
        }
    }

    private static Finding unknown(Watch watch, String subject, CannotLook unusable) {
        return new Finding(
                watch.name(), subject, Verdict.UNKNOWN, null, null, null, null, String.valueOf(unusable.getMessage()));
    }
}
