package io.lumia.broker;

import io.lumia.access.TopicFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
        private volatile Map<String, SharedGroup> groups = Map.of();

        private boolean isEmpty() {
            return here.length == 0 && groups.isEmpty() && children.isEmpty();
        }
    }

    /**
     * Who wants a topic.
     *
     * @param targets each session once
     * @param groups of which one member each is chosen for each message
     * @param visited nodes of the tree, for the work that it was
     */
    record Matches(Collection<Target> targets, List<SharedGroup> groups, int visited) {
        static final Matches NOBODY = new Matches(List.of(), List.of(), 0);
    }

    private final Node root = new Node();
    private final AtomicInteger size = new AtomicInteger();
    private volatile long epoch;

    /** Grows with every change; read it before {@link #match}. */
    long epoch() {
        return epoch;
    }

    /** How many subscriptions there are. */
    int size() {
        return size.get();
    }

    /** Adds the subscription, or replaces the one of this session, group and filter. @return whether it is new */
    synchronized boolean add(Subscription added) {
        var node = root;
        for (String level : added.filter().levels()) {
            node = node.children.computeIfAbsent(level, missing -> new Node());
        }
        boolean fresh = added.group() == null ? addOwn(node, added) : addShared(node, added, added.group());
        grow(fresh ? 1 : 0);
        return fresh;
    }

    /** What a session may read has changed: earlier matches hold no longer. */
    synchronized void rightsChanged() {
        grow(0);
    }

    /** @return whether there was one */
    synchronized boolean remove(Subscription removed) {
        boolean was = remove(root, removed, 0);
        if (was) {
            grow(-1);
        }
        return was;
    }

    private static boolean addOwn(Node node, Subscription added) {
        int present = indexOf(node, added.session());
        var next = present >= 0 ? node.here.clone() : Arrays.copyOf(node.here, node.here.length + 1);
        next[present >= 0 ? present : next.length - 1] = added;
        node.here = next;
        return present < 0;
    }

    private static boolean addShared(Node node, Subscription added, String name) {
        var group = node.groups.get(name);
        if (group == null) {
            group = new SharedGroup(Subscription.shared(name, added.filter()));
            var next = new LinkedHashMap<>(node.groups);
            next.put(name, group);
            node.groups = next;
        }
        return group.put(added);
    }

    /** The members of a shared subscription; null: there are none. */
    @Nullable
    SharedGroup group(TopicFilter filter, String name) {
        @Nullable Node node = root;
        for (String level : filter.levels()) {
            node = node == null ? null : node.children.get(level);
        }
        return node == null ? null : node.groups.get(name);
    }

    private static boolean remove(Node node, Subscription removed, int depth) {
        if (depth == removed.filter().levels().size()) {
            return removed.group() == null
                    ? removeOwn(node, removed.session())
                    : removeShared(node, removed.session(), removed.group());
        }
        var level = removed.filter().levels().get(depth);
        var child = node.children.get(level);
        if (child == null || !remove(child, removed, depth + 1)) {
            return false;
        }
        if (child.isEmpty()) {
            node.children.remove(level);
        }
        return true;
    }

    private static boolean removeOwn(Node node, Session session) {
        if (indexOf(node, session) < 0) {
            return false;
        }
        node.here = Arrays.stream(node.here)
                .filter(subscription -> subscription.session() != session)
                .toArray(Subscription[]::new);
        return true;
    }

    private static boolean removeShared(Node node, Session session, String name) {
        var group = node.groups.get(name);
        if (group == null || !group.remove(session)) {
            return false;
        }
        if (group.isEmpty()) {
            var next = new LinkedHashMap<>(node.groups);
            next.remove(name);
            node.groups = next;
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only under the lock of the writers
    private void grow(int by) {
        size.addAndGet(by);
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

    /** @param publisher whose subscriptions with no local are left out */
    Matches match(String topic, SessionKey publisher) {
        var found = new Found(publisher, topic);
        if (topic.startsWith("$")) {
            found.descend(root.children.get(found.levels[0]), 1);
        } else {
            found.descend(root, 0);
        }
        return new Matches(List.copyOf(found.targets.values()), found.groups, found.visited);
    }

    private static final class Found {
        private final Map<Session, Target> targets = new LinkedHashMap<>();
        private final List<SharedGroup> groups = new ArrayList<>(0);
        private final SessionKey publisher;
        private final String topic;
        private final String[] levels;
        private int visited;

        private Found(SessionKey publisher, String topic) {
            this.publisher = publisher;
            this.topic = topic;
            this.levels = topic.split("/", -1);
        }

        private void descend(@Nullable Node node, int depth) {
            if (node == null) {
                return;
            }
            visited++;
            var rest = node.children.get("#");
            if (rest != null) {
                collect(rest);
            }
            if (depth == levels.length) {
                collect(node);
                return;
            }
            descend(node.children.get(levels[depth]), depth + 1);
            descend(node.children.get("+"), depth + 1);
        }

        private void collect(Node node) {
            for (Subscription each : node.here) {
                var subscription = Objects.requireNonNull(each);
                var session = subscription.session();
                if ((!subscription.noLocal() || !session.key().equals(publisher)) && session.mayRead(topic)) {
                    var unused = targets.merge(session, Target.of(subscription), Target::and);
                }
            }
            groups.addAll(node.groups.values());
        }
    }
}
