package io.lumia.access;

import io.lumia.access.MosquittoAcl.Access;
import java.util.List;
import java.util.stream.Stream;

/** What an ACL file says of one client: sections in order, of which the first that says anything about a topic decides. */
record AclSections(List<Section> sections) {
    static final AclSections NONE = new AclSections(List.of());

    enum Word {
        ALLOWED,
        DENIED,
        SILENT
    }

    record Entry(Access access, TopicFilter filter) {}

    /** Its denials come before everything else in it. */
    record Section(List<Entry> entries) {
        Section {
            entries = List.copyOf(entries);
        }

        private Stream<TopicFilter> denials() {
            return entries.stream().filter(entry -> entry.access == Access.DENY).map(Entry::filter);
        }

        private Stream<TopicFilter> given(Access wanted) {
            return entries.stream().filter(entry -> entry.access.gives(wanted)).map(Entry::filter);
        }

        private Word of(String topic, Access wanted) {
            if (denials().anyMatch(filter -> filter.matches(topic))) {
                return Word.DENIED;
            }
            return given(wanted).anyMatch(filter -> filter.matches(topic)) ? Word.ALLOWED : Word.SILENT;
        }
    }

    AclSections {
        sections = List.copyOf(sections);
    }

    Word of(String topic, Access wanted) {
        for (Section section : sections) {
            var word = section.of(topic, wanted);
            if (word != Word.SILENT) {
                return word;
            }
        }
        return Word.SILENT;
    }

    /** Whether something that the filter matches is denied, at least in one section. */
    boolean deniesSomeOf(TopicFilter asked) {
        return sections.stream().flatMap(Section::denials).anyMatch(filter -> filter.overlaps(asked));
    }

    boolean deniesAllOf(TopicFilter asked) {
        return !sections.isEmpty() && sections.get(0).denials().anyMatch(filter -> filter.covers(asked));
    }

    boolean readsAllOf(TopicFilter asked) {
        return readable().anyMatch(filter -> filter.covers(asked));
    }

    boolean readsSomeOf(TopicFilter asked) {
        return readable().anyMatch(filter -> filter.overlaps(asked));
    }

    private Stream<TopicFilter> readable() {
        return sections.stream().flatMap(section -> section.given(Access.READ));
    }
}
