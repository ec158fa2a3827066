package io.lumia.scenario;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A network on this machine with a namespace for each node; the test is at its first address. Needs root and Linux. */
final class NodesNetwork implements AutoCloseable {
    private final int nodes;
    private final String name;
    private final String prefix;

    /** Skips the test, saying why, where there are no network namespaces. */
    NodesNetwork(int nodes) throws IOException, InterruptedException {
        int number = ThreadLocalRandom.current().nextInt(1, 255);
        this.nodes = nodes;
        name = "lmn" + number;
        prefix = "10.231." + number + ".";
        assumeTrue(
                run("ip", "netns", "add", name + "-0"), "network namespaces cannot be made here (root and iproute2)");
        run("ip", "netns", "del", name + "-0");
        require("ip", "link", "add", name, "type", "bridge");
        require("ip", "addr", "add", prefix + "1/24", "dev", name);
        require("ip", "link", "set", name, "up");
        for (int node = 1; node <= nodes; node++) {
            join(node);
        }
    }

    private void join(int node) throws IOException, InterruptedException {
        var outer = name + "o" + node;
        var inner = name + "i" + node;
        require("ip", "netns", "add", space(node));
        require("ip", "link", "add", outer, "type", "veth", "peer", "name", inner);
        require("ip", "link", "set", outer, "master", name, "up");
        require("ip", "link", "set", inner, "netns", space(node));
        inside(node, "ip", "addr", "add", address(node) + "/24", "dev", inner);
        inside(node, "ip", "link", "set", inner, "up");
        inside(node, "ip", "link", "set", "lo", "up");
    }

    /** Of the test, its balancer and its relays. */
    String outside() {
        return prefix + "1";
    }

    /** @param node from 1 */
    String address(int node) {
        return prefix + (10 + node);
    }

    /** What starts a process within the node's network. */
    String[] entrance(int node) {
        return new String[] {"ip", "netns", "exec", space(node)};
    }

    /** Nothing passes between this node and the others any more; clients and database stay reachable. */
    void isolate(int node) throws IOException, InterruptedException {
        for (int other = 1; other <= nodes; other++) {
            if (other != node) {
                inside(node, "ip", "route", "add", "blackhole", address(other) + "/32");
            }
        }
    }

    void heal(int node) throws IOException, InterruptedException {
        for (int other = 1; other <= nodes; other++) {
            if (other != node) {
                inside(node, "ip", "route", "del", "blackhole", address(other) + "/32");
            }
        }
    }

    private String space(int node) {
        return name + "-" + node;
    }

    private void inside(int node, String... command) throws IOException, InterruptedException {
        var line = new String[command.length + 4];
        System.arraycopy(entrance(node), 0, line, 0, 4);
        System.arraycopy(command, 0, line, 4, command.length);
        require(line);
    }

    private static void require(String... command) throws IOException, InterruptedException {
        if (!run(command)) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            for (int node = 1; node <= nodes; node++) {
                run("ip", "netns", "del", space(node));
            }
            run("ip", "link", "del", name);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
