package pagefold.server.watch;

import pagefold.model.PluginBinding;

/** A plugin threw where it may not, or did not return: a bug in the plugin. */
public final class PluginFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient PluginBinding binding;
    private final long position;

    private PluginFailure(PluginBinding binding, long position, String sentence, Throwable cause) {
        super(sentence, cause);
        this.binding = binding;
        this.position = position;
    }

    /** It threw. */
    public static PluginFailure thrown(PluginBinding binding, long position, String what, Throwable cause) {
        return new PluginFailure(
                binding,
                position,
                "the plugin " + binding.plugin() + " failed " + what + " at position " + position + ": " + cause,
                cause);
    }

    /** It is known not to work, and was not called. */
    static PluginFailure known(PluginBinding binding, long position, String reason) {
        return new PluginFailure(binding, position, reason, null);
    }

    /** Whose plugin failed. */
    public PluginBinding binding() {
        return binding;
    }

    /** The position of the event, or of the state, at which it failed. */
    public long position() {
        return position;
    }

    /** What went wrong, in words, without a stack trace. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
