package io.lumia.broker;

import io.lumia.access.Standing;
import io.lumia.access.TopicAcl;
import io.lumia.access.TopicRights;

/** The topic rules in force; replaced as a whole while the broker runs. */
final class AccessRules {
    private volatile TopicAcl acl;

    AccessRules(TopicAcl acl) {
        this.acl = acl;
    }

    TopicAcl current() {
        return acl;
    }

    /** Those that are connected and those that are kept get their new rights by {@link Hub#rulesChanged}. */
    void replace(TopicAcl next) {
        acl = next;
    }

    TopicRights rights(SessionKey key, Standing standing) {
        return acl.rights(standing, key.identity(), key.clientId());
    }
}
