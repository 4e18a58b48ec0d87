package pagefold.server.importer;

/** What one line of a trace says. */
sealed interface StraceLine {

    /**
     * A whole system call.
     *
     * @param text from the call's name to the end of the line
     */
    record Call(String name, String text) implements StraceLine {}

    /**
     * A call whose end comes later.
     *
     * @param text from the call's name to where it breaks off
     */
    record Unfinished(String name, String text) implements StraceLine {}

    /**
     * The end of a call that was unfinished.
     *
     * @param text what follows the broken-off text
     * @param again whether it breaks off once more
     */
    record Resumed(String name, String text, boolean again) implements StraceLine {}

    /**
     * A task is gone.
     *
     * @param how as strace says it: {@code exited with 0}, {@code killed by SIGKILL}
     */
    record Gone(String how) implements StraceLine {}

    /**
     * The thread {@code by} has called execve and takes over this pid.
     *
     * @param by pid of the thread
     */
    record Superseded(int by) implements StraceLine {}

    /**
     * strace follows a new task.
     *
     * @param pid of the task
     */
    record Attached(int pid) implements StraceLine {}

    /** A signal, a message of strace itself, an empty line. */
    record Notice() implements StraceLine {}
}
