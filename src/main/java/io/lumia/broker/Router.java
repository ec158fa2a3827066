package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a publisher to every session that wants the message. Takes no lock. */
final class Router {
    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private final TopicTree tree;
    private final RetainedMessages retained;
    private volatile boolean full;

    Router(TopicTree tree, RetainedMessages retained) {
        this.tree = tree;
        this.retained = retained;
    }

    /**
     * Who gets what is published to a topic, as long as the tree's epoch stays.
     *
     * @param epoch of the tree when it was matched
     * @param allowed whether the publisher may; if not, nobody gets it, and that stays so
     */
    record Route(long epoch, boolean allowed, Collection<Subscription> subscriptions) {
        static final Route DENIED = new Route(-1, false, List.of());
    }

    boolean isCurrent(Route route) {
        return route.epoch == tree.epoch();
    }

    Route route(String topic) {
        long epoch = tree.epoch();
        return new Route(epoch, true, tree.match(topic));
    }

    void publish(Message message) {
        publish(message, route(message.topic()));
    }

    /** When this returns, the message is in the queue of every session that matches. */
    void publish(Message message, Route route) {
        if (message.retain()) {
            keep(message);
        }
        for (Subscription subscription : route.subscriptions) {
            if (subscription.noLocal() && subscription.session().key().equals(message.publisher())) {
                continue;
            }
            int qos = Math.min(message.qos(), subscription.qos());
            boolean retain = message.retain() && subscription.retainAsPublished();
            subscription.session().deliver(new Delivery(message, qos, retain));
        }
    }

    /** What a new subscription gets at once (MQTT 5, 3.3.1.3). */
    void deliverRetained(Subscription subscription) {
        TopicFilter filter = subscription.filter();
        for (Message message : retained.matching(filter)) {
            subscription.session().deliver(new Delivery(message, Math.min(message.qos(), subscription.qos()), true));
        }
    }

    private void keep(Message message) {
        boolean kept = retained.keep(message);
        if (!kept && !full) {
            log.atWarn()
                    .addKeyValue("retained", retained.size())
                    .log(
                            "a retained message is not kept: raise broker.max-retained, or clear topics with an empty retained message");
        }
        full = !kept;
    }
}
