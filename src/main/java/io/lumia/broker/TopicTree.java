package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions by topic level. Readers take no lock; writers are few and take turns. {@link #epoch} tells whether an earlier match still
 * holds.
 */
final class TopicTree {
    private static final Subscription[] NONE = {};

    private static final class Node {
        private final Map<String, Node> children = new ConcurrentHashMap<>();
        private volatile Subscription[] here = NONE;

        private boolean isEmpty() {
            return here.length == 0 && children.isEmpty();
        }
    }

    private final Node root = new Node();
    private volatile long epoch;

    /** Grows with every change; read it before {@link #match}. */
    long epoch() {
        return epoch;
    }

    /** Adds the subscription, or replaces the one of this session and filter. @return whether it is new */
    synchronized boolean add(Subscription added) {
        var node = root;
        for (String level : added.filter().levels()) {
            node = node.children.computeIfAbsent(level, missing -> new Node());
        }
        int present = indexOf(node, added.session());
        var next = present >= 0 ? node.here.clone() : Arrays.copyOf(node.here, node.here.length + 1);
        next[present >= 0 ? present : next.length - 1] = added;
        node.here = next;
        grow();
        return present < 0;
    }

    /** @return whether there was one */
    synchronized boolean remove(TopicFilter filter, Session session) {
        boolean removed = remove(root, filter, 0, session);
        if (removed) {
            grow();
        }
        return removed;
    }

    private boolean remove(Node node, TopicFilter filter, int depth, Session session) {
        if (depth == filter.levels().size()) {
            int present = indexOf(node, session);
            if (present < 0) {
                return false;
            }
            node.here = Arrays.stream(node.here)
                    .filter(subscription -> subscription.session() != session)
                    .toArray(Subscription[]::new);
            return true;
        }
        var level = filter.levels().get(depth);
        var child = node.children.get(level);
        if (child == null || !remove(child, filter, depth + 1, session)) {
            return false;
        }
        if (child.isEmpty()) {
            node.children.remove(level);
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only under the lock of the writers
    private void grow() {
        epoch++;
    }

    private static int indexOf(Node node, Session session) {
        for (int i = 0; i < node.here.length; i++) {
            if (node.here[i].session() == session) {
                return i;
            }
        }
        return -1;
    }

    /** One subscription for each session that wants the topic; of several, the one with the highest QoS. */
    Collection<Subscription> match(String topic) {
        var found = new LinkedHashMap<Session, Subscription>();
        var levels = topic.split("/", -1);
        if (topic.startsWith("$")) {
            descend(root.children.get(levels[0]), levels, 1, found);
        } else {
            descend(root, levels, 0, found);
        }
        return found.values();
    }

    private static void descend(@Nullable Node node, String[] levels, int depth, Map<Session, Subscription> found) {
        if (node == null) {
            return;
        }
        var rest = node.children.get("#");
        if (rest != null) {
            collect(rest, found);
        }
        if (depth == levels.length) {
            collect(node, found);
            return;
        }
        descend(node.children.get(levels[depth]), levels, depth + 1, found);
        descend(node.children.get("+"), levels, depth + 1, found);
    }

    private static void collect(Node node, Map<Session, Subscription> found) {
        for (Subscription subscription : node.here) {
            var unused = found.merge(
                    subscription.session(),
                    Objects.requireNonNull(subscription),
                    (one, other) -> other.qos() > one.qos() ? other : one);
        }
    }
}
