package pagefold.server.watch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that can be told to get out of the way of all others.
 *
 * <p>Java's own priorities do nothing on Linux for users without rights; the C library's {@code setpriority(2)} lowers
 * that of one thread for everybody. Where it is not there, the thread goes on as it was.
 */
final class PluginThread extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(PluginThread.class);
    /** {@code PRIO_PROCESS} of {@code sys/resource.h}; Linux takes the number of a thread there. */
    private static final int PRIO_PROCESS = 0;
    /** The weakest: a 68th of a usual thread's share of a processor. */
    private static final int NICEST = 19;

    private static final @Nullable MethodHandle GET_TID =
            function("gettid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    private static final @Nullable MethodHandle SET_PRIORITY = function(
            "setpriority",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    /** The kernel's number of this thread; 0 while it is not known. */
    private volatile int kernelId;

    PluginThread(Runnable task, String name) {
        super(task, name);
        setDaemon(true);
    }

    @SuppressWarnings("restricted") // of the C library, as the server may: see the flags of the launcher
    private static @Nullable MethodHandle function(String name, FunctionDescriptor descriptor) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return null;
        }
        SymbolLookup library = Linker.nativeLinker().defaultLookup();
        return library.find(name)
                .map(address -> Linker.nativeLinker().downcallHandle(address, descriptor))
                .orElse(null);
    }

    @Override
    public void run() {
        kernelId = called(GET_TID, List.of());
        super.run();
    }

    /** Gives this thread the smallest share of the processors; called by another one. */
    void yieldToOthers() {
        int id = kernelId;
        if (id > 0 && called(SET_PRIORITY, List.of(PRIO_PROCESS, id, NICEST)) != 0) {
            LOG.warn("the thread {} keeps its share of the processors", getName());
        }
    }

    private static int called(@Nullable MethodHandle function, List<Integer> arguments) {
        try {
            return function == null ? 0 : (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            LOG.warn("a function of the C library cannot be called: {}", e.toString());
            return 0;
        }
    }
}
