package io.lumia.bench;

import java.util.List;

/** What the workers of one case do with one subject: connected, registered and enrolled before the clock starts. */
interface Workload extends AutoCloseable {
    /** One operation of one worker, which obtains a certificate. */
    interface Operation {
        /** @return the certificate, PEM */
        String run() throws Refused, InterruptedException;
    }

    /** One for each worker; each is called by one thread at a time. */
    List<Operation> workers();

    /** Makes keys, requests and tokens for so many operations. */
    void prepare(int operations);

    @Override
    void close();
}
