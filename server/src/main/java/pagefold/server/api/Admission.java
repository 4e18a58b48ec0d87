package pagefold.server.api;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.access.Allowance;
import pagefold.server.access.Caller;
import pagefold.server.access.UserLimits;
import pagefold.server.ops.Metrics;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.Creation;
import pagefold.server.space.Lane;
import pagefold.server.space.NewSimulation;
import pagefold.server.space.Simulations;
import pagefold.server.space.UnitAnswer;

/** The way by which all commands of clients come in, however they were sent: within limits, and counted. */
final class Admission {
    private final Simulations simulations;
    private final Metrics metrics;
    private final UserLimits limits;
    private final Allowance commands;
    /** Events of each simulation, and those that are on their way to it. */
    private final Map<String, AtomicLong> events = new ConcurrentHashMap<>();
    /** How many simulations each user is making. */
    private final Map<String, Integer> making = new HashMap<>();

    Admission(Simulations simulations, Metrics metrics, UserLimits limits) {
        this.simulations = simulations;
        this.metrics = metrics;
        this.limits = limits;
        this.commands = new Allowance(limits.commandsPerSecond(), System::nanoTime);
    }

    /** Has a unit decided, unless a limit is reached, and counts what becomes of it. */
    Future<UnitAnswer> submit(Caller caller, String simulation, CommandUnit unit) {
        int size = unit.commands().size();
        return refusal(caller, simulation, unit)
                .compose(refusal -> {
                    if (refusal != null) {
                        Lane.Place place = unit.place();
                        if (place != null) {
                            place.refuse();
                        }
                        return Future.succeededFuture(new UnitAnswer.Failed(refusal));
                    }
                    return simulations
                            .submit(simulation, unit)
                            .onComplete(answered -> settle(simulation, size, answered.result()));
                })
                .onSuccess(answer -> metrics.answered(answer, size));
    }

    private Future<@Nullable Trouble> refusal(Caller caller, String simulation, CommandUnit unit) {
        int size = unit.commands().size();
        long wait = caller.name() == null ? 0 : commands.take(caller.name(), size);
        if (wait > 0) {
            return Future.succeededFuture(new Trouble.OverRate("commands", commands.perSecond(), wait));
        }
        if (limits.tableBytes() > 0 && unit.commands().stream().anyMatch(Admission::mayGrow)) {
            // Measured now and then, and not waited for.
            metrics.memory().measure();
            long bytes = metrics.memory().bytes(simulation);
            if (bytes > limits.tableBytes()) {
                return Future.succeededFuture(
                        new Trouble.OverQuota("bytes of tables in a simulation", limits.tableBytes(), bytes));
            }
        }
        return limits.events() == 0 ? Future.succeededFuture(null) : reserve(simulation, size);
    }

    private static boolean mayGrow(MemoryCommand command) {
        return !(command instanceof MemoryCommand.UnmapRange || command instanceof MemoryCommand.DestroySpace);
    }

    private Future<@Nullable Trouble> reserve(String simulation, int size) {
        AtomicLong known = events.get(simulation);
        if (known != null) {
            return Future.succeededFuture(reserve(known, size));
        }
        return simulations.events(simulation, Long.MAX_VALUE, 1).map(reading -> switch (reading) {
            case Reading.Failed<?>(Trouble trouble) -> trouble;
            case Reading.Answered<?>(long head, Object none) ->
                reserve(events.computeIfAbsent(simulation, name -> new AtomicLong(head)), size);
        });
    }

    private @Nullable Trouble reserve(AtomicLong known, int size) {
        long used = known.addAndGet(size) - size;
        if (used + size <= limits.events()) {
            return null;
        }
        known.addAndGet(-size);
        return new Trouble.OverQuota("events in a simulation", limits.events(), used);
    }

    private void settle(String simulation, int size, @Nullable UnitAnswer answer) {
        AtomicLong known = events.get(simulation);
        boolean isNew = answer instanceof UnitAnswer.Accepted(long first, long last, boolean repeated) && !repeated;
        if (known != null && !isNew) {
            known.addAndGet(-size);
        }
    }

    /** Makes a simulation, unless its creator has as many as there may be. */
    Future<Creation> create(Caller caller, NewSimulation wanted) {
        String name = caller.name();
        if (name == null || limits.simulations() == 0) {
            return simulations.create(wanted);
        }
        int others;
        synchronized (making) {
            others = making.merge(name, 1, Integer::sum) - 1;
        }
        return simulations
                .heads()
                .madeBy(name)
                .compose(made -> made + others < limits.simulations()
                        ? simulations.create(wanted)
                        : Future.succeededFuture(new Creation.Failed(
                                new Trouble.OverQuota("simulations of a user", limits.simulations(), made))))
                .onComplete(done -> {
                    synchronized (making) {
                        making.computeIfPresent(name, (user, count) -> count > 1 ? count - 1 : null);
                    }
                });
    }

    /** Forgets a simulation that was removed. */
    void removed(String simulation) {
        events.remove(simulation);
    }
}
