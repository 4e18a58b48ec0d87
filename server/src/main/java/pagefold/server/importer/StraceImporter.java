package pagefold.server.importer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the output of {@code strace -f} and answers the commands that do to a simulation what the traced processes did
 * to their memory.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>The commands are accepted, one after the other, by a simulation without those spaces.
 *   <li>A line that makes no sense is a {@link MalformedLine}, never an exception; it leaves no half of its commands.
 *   <li>Nothing is dropped silently: what leads to no command is counted by name.
 * </ol>
 */
public final class StraceImporter {
    private final StraceOptions options;
    private final CommandRecorder recorder = new CommandRecorder();
    private final TracedTasks tasks;
    private final MemoryCalls memory;
    private final CloneScan scan;
    private final Map<Integer, Open> open = new HashMap<>();

    /** A call that is not finished, and the task that it has made already. */
    private record Open(long lineNumber, String name, String text, int child) {}

    private StraceImporter(StraceOptions options, CloneScan scan) {
        this.options = options;
        this.scan = scan;
        tasks = new TracedTasks(recorder, options.onExit(), options.rootName());
        tasks.setRoot(scan.root());
        memory = new MemoryCalls(recorder, options.pageBytes());
    }

    /**
     * Reads a trace.
     *
     * @param lines without line ends; gone through twice
     */
    public static ImportOutcome read(Iterable<String> lines, StraceOptions options) {
        return new StraceImporter(options, CloneScan.of(lines)).run(lines);
    }

    private ImportOutcome run(Iterable<String> lines) {
        for (String text : lines) {
            recorder.beginLine();
            try {
                line(StraceLexer.read(text));
            } catch (LineException e) {
                MalformedLine malformed = recorder.refuse(text, e.reason());
                if (!options.lenient()) {
                    return new ImportOutcome.Refused(malformed, recorder.report());
                }
            }
        }
        List.copyOf(open.keySet()).forEach(this::abandon);
        return new ImportOutcome.Completed(recorder.commands(), recorder.report());
    }

    private void line(StraceLexer.Tagged tagged) throws LineException {
        int pid = tagged.pid() != StraceLexer.NO_PID ? tagged.pid() : tasks.single();
        switch (tagged.line()) {
            case StraceLine.Notice n -> recorder.skip("notices");
            case StraceLine.Attached a -> recorder.skip("notices");
            case StraceLine.Gone(String how) -> gone(pid, how);
            case StraceLine.Superseded(int by) -> {
                tasks.supersede(pid, by);
                Open call = open.remove(by);
                if (call != null) {
                    open.put(pid, call);
                }
            }
            case StraceLine.Unfinished(String name, String text) -> {
                appear(pid);
                abandon(pid);
                open.put(pid, new Open(recorder.lineNumber(), name, text, 0));
            }
            case StraceLine.Resumed r -> resumed(pid, r);
            case StraceLine.Call(String name, String text) -> {
                appear(pid);
                call(pid, name, text, 0);
            }
        }
    }

    private void gone(int pid, String how) throws LineException {
        appear(pid);
        abandon(pid);
        tasks.exit(pid, how);
    }

    /** Counts a call whose end will not come. */
    private void abandon(int pid) {
        Open call = open.remove(pid);
        if (call != null) {
            recorder.skip("unfinished " + call.name());
        }
    }

    private void resumed(int pid, StraceLine.Resumed resumed) throws LineException {
        Open begun = open.remove(pid);
        if (begun == null || !begun.name().equals(resumed.name())) {
            if (begun != null) {
                open.put(pid, begun);
            }
            if (isModelled(resumed.name())) {
                throw new LineException("expected an unfinished call of " + resumed.name() + " before");
            }
            recorder.skip(resumed.name());
            return;
        }
        String text = begun.text() + resumed.text();
        if (text.length() > StraceLexer.MAX_LINE_LENGTH) {
            throw new LineException("expected at most " + StraceLexer.MAX_LINE_LENGTH + " characters in a call");
        }
        if (resumed.again()) {
            open.put(pid, new Open(begun.lineNumber(), begun.name(), text, begun.child()));
            return;
        }
        appear(pid);
        call(pid, begun.name(), text, begun.child());
    }

    /** A task that shows itself for the first time, before the call that has made it returns. */
    private void appear(int pid) throws LineException {
        if (tasks.isAlive(pid) || pid == tasks.root()) {
            return;
        }
        Integer parent = maker(pid);
        if (parent == null) {
            return;
        }
        Open call = open.get(parent);
        if (call != null) {
            tasks.fork(tasks.task(parent), pid, cloneFlags(call.name(), call.text()));
            open.put(parent, new Open(call.lineNumber(), call.name(), call.text(), pid));
        }
    }

    /** Who is in a call that makes this task: by what the call returns, or when that is cut off, the only one. */
    private @Nullable Integer maker(int pid) {
        Integer only = null;
        int unknown = 0;
        for (Map.Entry<Integer, Open> entry : open.entrySet()) {
            Open call = entry.getValue();
            if (!CloneScan.isClone(call.name()) || call.child() != 0) {
                continue;
            }
            int child = scan.childOf(call.lineNumber());
            if (child == pid) {
                return entry.getKey();
            }
            if (child == 0) {
                only = entry.getKey();
                unknown++;
            }
        }
        return unknown == 1 ? only : null;
    }

    private static boolean isModelled(String name) {
        return switch (name) {
            case "mmap", "mmap2", "munmap", "mprotect", "pkey_mprotect", "mremap", "brk", "madvise" -> true;
            case "execve", "execveat", "exit", "exit_group" -> true;
            default -> CloneScan.isClone(name);
        };
    }

    private void call(int pid, String name, String text, int child) throws LineException {
        if (!isModelled(name)) {
            recorder.skip(name);
            return;
        }
        SystemCall call = SystemCall.read(text);
        TracedTask task = tasks.task(pid);
        if (name.startsWith("exit")) {
            exit(task, name, call);
        } else if (call.result() == null) {
            recorder.skip(name + " without result");
        } else if (call.failed()) {
            recorder.skip(name + " failed");
        } else if (CloneScan.isClone(name)) {
            // A child of 0: it has not shown itself so far.
            if (child == 0) {
                tasks.fork(task, CloneScan.child(call), cloneFlags(name, text));
            } else if (child != CloneScan.child(call)) {
                throw new LineException("expected the new task " + child);
            }
        } else if (name.startsWith("execve")) {
            tasks.execute(task);
        } else {
            memoryCall(tasks.memory(task), name, call);
        }
    }

    private void exit(TracedTask task, String name, SystemCall call) throws LineException {
        String how = name + "(" + Numbers.shortened(call.argument(0)) + ")";
        if (name.equals("exit")) {
            tasks.exit(task.pid(), how);
        } else {
            tasks.exitGroup(task, how);
        }
    }

    private void memoryCall(TracedMemory of, String name, SystemCall call) throws LineException {
        String space = of.space();
        switch (name) {
            case "mmap", "mmap2" -> memory.map(space, call);
            case "munmap" -> memory.unmap(space, call);
            case "mprotect", "pkey_mprotect" -> memory.protect(space, call);
            case "mremap" -> memory.move(space, call);
            case "brk" -> memory.setBreak(of, call);
            case "madvise" -> advise(space, call);
            default -> throw new IllegalStateException("expected a memory call, but " + name);
        }
    }

    private void advise(String space, SystemCall call) throws LineException {
        String advice = call.argument(2);
        if (advice.equals("4") || advice.equals("0x4") || advice.contains("MADV_DONTNEED")) {
            memory.discard(space, call);
        } else {
            recorder.skip("madvise(" + Numbers.shortened(advice) + ")");
        }
    }

    /** What the new task shares; fork shares nothing, vfork the memory. */
    private static long cloneFlags(String name, String text) throws LineException {
        switch (name) {
            case "fork":
                return 0;
            case "vfork":
                return Flags.CLONE_VM;
            default:
                int at = text.indexOf("flags=");
                if (at < 0) {
                    throw new LineException("expected flags=…");
                }
                int end = at + 6;
                while (end < text.length() && ",)} \t".indexOf(text.charAt(end)) < 0) {
                    end++;
                }
                return Flags.CLONE.parse(text.substring(at + 6, end));
        }
    }
}
