package io.lumia.web.gui;

/** The parts of the interface, in the order of the menu. */
enum Section {
    OVERVIEW("/", "Overview", "M3 12h4l3-8 4 16 3-8h4"),
    CERTIFICATES("/certificates", "Certificates", "M5 4h14v11H5zM8 8h8M8 11h5M12 15v6l3-2 3 2v-6"),
    ISSUE("/issue", "Issue", "M12 5v14M5 12h14"),
    DEVICES("/devices", "Devices", "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4"),
    RENEWALS("/renewals", "Renewals", "M20 11a8 8 0 0 0-14.5-4L3 9M3 4v5h5M4 13a8 8 0 0 0 14.5 4l2.5-2M21 20v-5h-5"),
    PROVISIONING("/provisioning", "Provisioning", "M4 12h10M10 8l4 4-4 4M14 4h6v16h-6"),
    CA("/ca", "CA", "M12 3 4 6v6c0 4.5 3.3 7.7 8 9 4.7-1.3 8-4.5 8-9V6z"),
    AUDIT("/audit", "Audit", "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7");

    private final String path;
    private final String label;
    private final String drawing;

    Section(String path, String label, String drawing) {
        this.path = path;
        this.label = label;
        this.drawing = drawing;
    }

    String path() {
        return path;
    }

    String label() {
        return label;
    }

    /** Of its icon, an SVG path in a square of 24. */
    String drawing() {
        return drawing;
    }
}
