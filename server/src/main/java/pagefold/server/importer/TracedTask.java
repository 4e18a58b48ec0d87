package pagefold.server.importer;

import org.jspecify.annotations.Nullable;

/** One task of the traced machine. */
final class TracedTask {
    private final int pid;
    private final int group;
    private @Nullable TracedMemory memory;

    /**
     * A task.
     *
     * @param group pid of its process
     * @param memory {@code null} before its first call that shows any
     */
    TracedTask(int pid, int group, @Nullable TracedMemory memory) {
        this.pid = pid;
        this.group = group;
        this.memory = memory;
    }

    int pid() {
        return pid;
    }

    int group() {
        return group;
    }

    @Nullable
    TracedMemory memory() {
        return memory;
    }

    void setMemory(@Nullable TracedMemory changed) {
        memory = changed;
    }
}
