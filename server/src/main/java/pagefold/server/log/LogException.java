package pagefold.server.log;

/** The log could not do what was asked; the message is a sentence for people. */
public abstract sealed class LogException extends RuntimeException
        permits LogUnavailable, CorruptBatch, DataDirectoryInUse, NoSuchSimulation {
    private static final long serialVersionUID = 1;

    LogException(String sentence, @org.jspecify.annotations.Nullable Throwable cause) {
        super(sentence, cause);
    }
}
