package io.lumia.store;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The newest CRL of each issuer, which all nodes serve; table {@code crls}. */
public final class Crls {
    private final Store store;

    Crls(Store store) {
        this.store = store;
    }

    /**
     * A CRL as a node published it.
     *
     * @param completeBefore it lists what was revoked by all writers before this one, in the order of {@link Revocations.Since#next}
     */
    public record Kept(BigInteger number, Buffer der, long completeBefore) {}

    public Future<Optional<BigInteger>> number(String issuer) {
        return store.read(handle -> handle.createQuery("select number from crls where issuer = :issuer")
                .bind("issuer", issuer)
                .mapTo(String.class)
                .map(BigInteger::new)
                .findOne());
    }

    public Future<Optional<Kept>> newest(String issuer) {
        return store.read(handle -> handle.createQuery(
                        "select number, content, complete_before from crls where issuer = :issuer")
                .bind("issuer", issuer)
                .map((row, context) -> new Kept(
                        new BigInteger(row.getString("number")),
                        Buffer.buffer(Base64.getDecoder().decode(row.getString("content"))),
                        row.getLong("complete_before")))
                .findOne());
    }

    /**
     * Publishes, unless another node was first.
     *
     * @param before number of the one whose place it takes; null: it is the first one
     * @return whether this call did it
     */
    public Future<Boolean> publish(String issuer, @Nullable BigInteger before, Kept next) {
        var content = Base64.getEncoder().encodeToString(next.der().getBytes());
        return store.write(handle -> handle.createUpdate(before == null ? """
                                insert into crls (issuer, number, content, complete_before)
                                values (:issuer, :number, :content, :completeBefore) on conflict (issuer) do nothing
                                """ : """
                                update crls set number = :number, content = :content, complete_before = :completeBefore
                                where issuer = :issuer and number = :before
                                """)
                        .bind("issuer", issuer)
                        .bind("number", next.number().toString())
                        .bind("content", content)
                        .bind("completeBefore", next.completeBefore())
                        .bind("before", before == null ? "" : before.toString())
                        .execute()
                > 0);
    }
}
