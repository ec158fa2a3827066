package io.lumia.issuance;

import io.vertx.core.Future;
import java.net.InetAddress;

/** Answers http-01 at one address. */
record Http01Solver(ChallengeResponders responders, InetAddress address) implements ChallengeSolver {
    @Override
    public String type() {
        return "http-01";
    }

    @Override
    public Future<Void> present(Proof proof) {
        return responders.open(address, proof.token(), proof.keyAuthorization());
    }

    @Override
    public Future<Void> remove(Proof proof) {
        return responders.close(address, proof.token());
    }
}
