package io.lumia.swarm.fault;

import io.lumia.config.FaultConfig;
import io.lumia.config.SwarmConfig;
import io.lumia.x509.DeviceName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which devices have which faults. A pure function of the configuration and the randomness it is given. */
record FaultPlan(List<Planned> faults) {
    /**
     * One fault.
     *
     * @param name of the operator's choice
     * @param devices by their numbers, from 1, ascending
     */
    record Planned(String name, FaultConfig fault, List<Integer> devices) {}

    /**
     * Chooses. A device that a share took is in no other share, so that each effect has one cause; those named stay out of the shares too.
     *
     * @throws IllegalArgumentException when a device is not of this swarm, or the shares need more devices than there are
     */
    static FaultPlan of(SwarmConfig config, RandomGenerator random) {
        var numbers = new HashMap<DeviceName, Integer>();
        IntStream.rangeClosed(1, config.faults().isEmpty() ? 0 : config.devices())
                .forEach(number -> numbers.put(config.name(number), number));
        var free = new ArrayList<>(freeOf(config.faults(), numbers));
        Collections.sort(free);
        shuffle(free, random);
        var planned = new ArrayList<Planned>();
        config.faults().forEach((name, fault) -> {
            var chosen = fault.share() == null
                    ? named(name, fault, numbers)
                    : drawn(name, count(fault.share(), config.devices()), free);
            planned.add(new Planned(name, fault, chosen.stream().sorted().toList()));
        });
        return new FaultPlan(List.copyOf(planned));
    }

    /** A share is of some device at least, however small the swarm. */
    private static int count(double share, int devices) {
        return (int) Math.max(1, Math.round(share * devices));
    }

    private static List<Integer> named(String name, FaultConfig fault, Map<DeviceName, Integer> numbers) {
        return devices(fault).stream()
                .map(device -> {
                    var number = numbers.get(device);
                    if (number == null) {
                        throw new IllegalArgumentException("swarm.faults." + name + ".devices: " + device
                                + " is not one of the " + numbers.size() + " devices of this swarm");
                    }
                    return number;
                })
                .distinct()
                .toList();
    }

    private static List<Integer> drawn(String name, int wanted, List<Integer> free) {
        if (wanted > free.size()) {
            throw new IllegalArgumentException("swarm.faults." + name + ".share: needs " + wanted
                    + " devices, and other faults leave " + free.size() + "; make the shares smaller");
        }
        var taken = free.subList(0, wanted);
        var drawn = List.copyOf(taken);
        taken.clear();
        return drawn;
    }

    private static Set<Integer> freeOf(Map<String, FaultConfig> faults, Map<DeviceName, Integer> numbers) {
        var named = faults.values().stream()
                .flatMap(fault -> devices(fault).stream())
                .collect(Collectors.toSet());
        var free = new HashSet<Integer>();
        numbers.forEach((device, number) -> {
            if (!named.contains(device)) {
                free.add(number);
            }
        });
        return free;
    }

    private static List<DeviceName> devices(FaultConfig fault) {
        return fault.devices() == null ? List.of() : fault.devices();
    }

    private static void shuffle(List<Integer> numbers, RandomGenerator random) {
        for (int i = numbers.size() - 1; i > 0; i--) {
            Collections.swap(numbers, i, random.nextInt(i + 1));
        }
    }
}
