package pagefold.server.space;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Step;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;
import pagefold.table.PageTableModel.Refusal;

/** What a writer and its readers say to a model over the event bus, by reference, and what it answers. */
sealed interface ModelMessage {

    /** Whether the tables can hold these steps. Answered by {@link Checked} or {@link Broken}. */
    record Check(List<Step> steps) implements ModelMessage {}

    /** These steps have happened. Answered by {@link Applied} or {@link Broken}. */
    record Apply(List<Step> steps) implements ModelMessage {}

    /**
     * A read. Answered by {@link Answer}.
     *
     * @param position at which it is to be answered, or {@code null} for wherever the model is
     */
    record Ask(Question<?> question, @Nullable Long position) implements ModelMessage {}

    /** The answer to a check: a refusal, or {@code null}. */
    record Checked(@Nullable Refusal refusal) implements ModelMessage {}

    /** The steps are in the tables. */
    record Applied(long position) implements ModelMessage {}

    /** The answer to a read; {@code null} when the model is not at the position any more. */
    record Answer(@Nullable Reading<?> reading) implements ModelMessage {}

    /**
     * The plugin failed.
     *
     * @param forGood whether the model is of no use any more
     */
    record Broken(Trouble trouble, boolean forGood) implements ModelMessage {}
}
