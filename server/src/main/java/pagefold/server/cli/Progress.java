package pagefold.server.cli;

import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on standard error for work that takes a while, where somebody is looking. */
final class Progress implements AutoCloseable, LongConsumer {
    private final ProgressBar bar;

    private Progress(ProgressBar bar) {
        this.bar = bar;
    }

    private static final int WORTH_A_BAR = BulkSender.COMMANDS_PER_REQUEST;

    /** Does work that reports to a bar, or to nobody. */
    static void during(String what, long total, java.util.function.Consumer<LongConsumer> work) {
        if (total < WORTH_A_BAR || System.console() == null || !System.console().isTerminal()) {
            work.accept(done -> {});
            return;
        }
        try (Progress progress = new Progress(new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .build())) {
            work.accept(progress);
        }
    }

    @Override
    public void accept(long done) {
        bar.stepTo(done);
    }

    @Override
    public void close() {
        bar.close();
    }
}
