package io.lumia.broker;

import io.lumia.broker.TopicTree.Matches;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a publisher to every session that wants the message. Takes no lock. */
final class Router {
    private static final Logger log = LoggerFactory.getLogger(Router.class);
    private static final String SYSTEM = "$SYS/";

    private final TopicTree tree;
    private final RetainedMessages retained;
    private final RetainedMessages system = new RetainedMessages(Integer.MAX_VALUE, new ByteBudget(Long.MAX_VALUE));
    private final Clock clock;
    private volatile boolean full;

    Router(TopicTree tree, RetainedMessages retained, Clock clock) {
        this.tree = tree;
        this.retained = retained;
        this.clock = clock;
    }

    /**
     * Who gets what one client publishes to a topic, as long as the tree's epoch stays.
     *
     * @param epoch of the tree when it was matched
     * @param allowed whether the publisher may; if not, nobody gets it, and that stays so
     */
    record Route(long epoch, boolean allowed, Matches matches) {
        static final Route DENIED = new Route(-1, false, Matches.NOBODY);

        boolean reachesNobody() {
            return matches.targets().isEmpty() && matches.groups().isEmpty();
        }
    }

    boolean isCurrent(Route route) {
        return route.epoch == tree.epoch();
    }

    Route route(String topic, SessionKey publisher) {
        long epoch = tree.epoch();
        return new Route(epoch, true, tree.match(topic, publisher));
    }

    void publish(Message message) {
        var unused = publish(message, route(message.topic(), message.publisher()));
    }

    /**
     * When this returns, the message is in the queue of every session that matches.
     *
     * @return whether one of them is behind, so that the publisher should wait a little
     */
    boolean publish(Message message, Route route) {
        if (message.retain()) {
            keep(message);
        }
        boolean crowded = false;
        for (Target target : route.matches.targets()) {
            crowded |= target.session().deliver(target.delivery(message));
        }
        for (SharedGroup group : route.matches.groups()) {
            crowded |= group.deliver(message);
        }
        return crowded;
    }

    /** What a new subscription gets at once (MQTT 5, 3.3.1.3). */
    void deliverRetained(Subscription subscription) {
        var filter = subscription.filter();
        var from = filter.text().startsWith(SYSTEM) ? system : retained;
        for (Message message : from.matching(filter, clock.millis())) {
            var unused = subscription.session().deliver(subscription.delivery(message, true, null));
        }
    }

    private void keep(Message message) {
        boolean ofBroker = message.topic().startsWith(SYSTEM);
        boolean kept = (ofBroker ? system : retained).keep(message);
        if (!kept && !full) {
            log.atWarn()
                    .addKeyValue("retained", retained.size())
                    .log(
                            "a retained message is not kept: raise broker.max-retained or broker.limits.retained-bytes, or clear topics with an empty retained message");
        }
        full = !kept;
    }
}
