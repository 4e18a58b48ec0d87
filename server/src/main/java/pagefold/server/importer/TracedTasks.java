package pagefold.server.importer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.Annotate;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.SpaceKind;

/**
 * Who is alive on the traced machine and whose memory is whose: fork, threads, execve, exit.
 *
 * <p>A space has the pid of the process that first had it to itself; while an older space of that name stays, a number
 * is added ({@code 17406.2}).
 */
final class TracedTasks {
    private final CommandRecorder recorder;
    private final OnExit onExit;
    private final String rootName;
    private final Map<Integer, TracedTask> alive = new HashMap<>();
    private int root = StraceLexer.NO_PID;

    /**
     * Nobody.
     *
     * @param rootName name of the space of a task without pid
     */
    TracedTasks(CommandRecorder recorder, OnExit onExit, String rootName) {
        this.recorder = recorder;
        this.onExit = onExit;
        this.rootName = rootName;
    }

    /** Names the first process of the trace. */
    void setRoot(int pid) {
        root = pid;
    }

    int root() {
        return root;
    }

    boolean isAlive(int pid) {
        return alive.containsKey(pid);
    }

    /** The only one alive, or the root when there are several or none. */
    int single() {
        return alive.size() == 1 ? alive.keySet().iterator().next() : root;
    }

    /** The task, which begins to live when it was not known: the trace does not show how it came to be. */
    TracedTask task(int pid) {
        return alive.computeIfAbsent(pid, unknown -> new TracedTask(pid, pid, null));
    }

    /** The task's memory, which is an empty space when none is known. */
    TracedMemory memory(TracedTask task) throws LineException {
        TracedMemory memory = task.memory();
        if (memory == null) {
            recorder.reconstruct("processes from their middle");
            memory = newMemory(task);
            task.setMemory(memory);
            recorder.keep();
        }
        return memory;
    }

    private TracedMemory newMemory(TracedTask task) throws LineException {
        TracedMemory memory = new TracedMemory(freeName(task.group()));
        recorder.emit(new CreateSpace(memory.space(), SpaceKind.USER));
        recorder.countSpace();
        return memory;
    }

    private String freeName(int pid) {
        String name = pid == StraceLexer.NO_PID ? rootName : Integer.toString(pid);
        String free = name;
        for (int i = 2; recorder.space(free) != null; i++) {
            free = name + "." + i;
        }
        return free;
    }

    /** A new task, with memory that is shared or copied. */
    void fork(TracedTask parent, int child, long cloneFlags) throws LineException {
        if (child <= 0 || child == parent.pid()) {
            throw new LineException("expected the pid of a new task, but found " + child);
        }
        if (isAlive(child)) {
            recorder.reconstruct("exited unseen");
            exit(child, "exited unseen");
        }
        boolean isThread = (cloneFlags & Flags.CLONE_THREAD) != 0;
        TracedMemory memory = memory(parent);
        if ((cloneFlags & Flags.CLONE_VM) != 0) {
            memory.join();
            alive.put(child, new TracedTask(child, isThread ? parent.group() : child, memory));
            return;
        }
        TracedMemory copy = new TracedMemory(freeName(child));
        recorder.emit(new ForkSpace(memory.space(), copy.space()));
        recorder.countSpace();
        copy.setHeapEnd(memory.heapEnd());
        alive.put(child, new TracedTask(child, child, copy));
        recorder.keep();
    }

    /** {@code execve} that succeeded: the other threads are gone, the memory is new and empty. */
    void execute(TracedTask task) throws LineException {
        List<TracedTask> others = new ArrayList<>(alive.values());
        for (TracedTask other : others) {
            if (other != task && other.group() == task.group() && other.pid() != task.pid()) {
                leave(other, null);
            }
        }
        TracedMemory before = task.memory();
        if (before != null && before.leave()) {
            recorder.emit(new DestroySpace(before.space()));
        }
        task.setMemory(null);
        task.setMemory(newMemory(task));
        recorder.keep();
    }

    /** The thread {@code by} takes over the pid of its process. */
    void supersede(int leader, int by) throws LineException {
        TracedTask thread = alive.get(by);
        TracedTask old = alive.get(leader);
        if (thread == null || leader == by) {
            throw new LineException("expected the pid of a thread, but found " + by);
        }
        if (old != null) {
            leave(old, null);
        }
        alive.remove(by);
        alive.put(leader, new TracedTask(leader, leader, thread.memory()));
    }

    /** A task is gone; with the last one that uses it, its memory. */
    void exit(int pid, String how) throws LineException {
        TracedTask task = alive.get(pid);
        if (task != null) {
            leave(task, "process " + task.group() + " " + how);
        }
    }

    /** All tasks of a process are gone. */
    void exitGroup(TracedTask task, String how) throws LineException {
        for (TracedTask each : new ArrayList<>(alive.values())) {
            if (each.group() == task.group()) {
                leave(each, "process " + task.group() + " " + how);
            }
        }
    }

    /**
     * Takes a task out.
     *
     * @param remark left with a space that stays; {@code null} where the process goes on under another pid
     */
    private void leave(TracedTask task, @Nullable String remark) throws LineException {
        TracedMemory memory = task.memory();
        if (memory != null && memory.leave() && remark != null) {
            boolean keep = switch (onExit) {
                case KEEP -> true;
                case DESTROY -> false;
                case KEEP_ROOT -> task.group() == root;
            };
            recorder.emit(keep ? new Annotate(memory.space(), remark) : new DestroySpace(memory.space()));
        }
        alive.remove(task.pid());
        recorder.keep();
    }
}
