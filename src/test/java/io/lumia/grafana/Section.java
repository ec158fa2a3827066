package io.lumia.grafana;

import java.util.List;

/** Panels under a heading. */
record Section(String title, List<Panel> panels) {
    static Section of(String title, Panel... panels) {
        return new Section(title, List.of(panels));
    }
}
