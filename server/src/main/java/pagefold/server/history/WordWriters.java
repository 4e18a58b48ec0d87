package pagefold.server.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryEvent;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Watcher;
import pagefold.table.PageTableModel.BreakRules;
import pagefold.table.Walk;

/**
 * Finds for a few words the last event that wrote each of them.
 *
 * <p>Hears of stretches of a history, the last one first. A word that is not zero has the last writer there is: a table
 * that is given back and made again is empty. A word that is zero may have been so since its table was made; writers
 * before that wrote to another table.
 */
final class WordWriters implements Watcher {

    /** How the words of a stage are read, and where they begin: a space and what its words mean. */
    record Stage(String space, @Nullable BreakRules rules) {}

    private static final class Word {
        private final long address;
        private final boolean isZero;
        /** The word that points to this word's table; {@code null} for a root. */
        private final @Nullable Word parent;

        private final long table;
        private final Stage stage;
        private @Nullable RecordedEvent written;
        private @Nullable RecordedEvent made;
        private long writtenTurn;
        private long madeTurn;
        private boolean isSettled;

        Word(Walk.Step step, @Nullable Word parent, Stage stage) {
            this.address = step.entry();
            this.isZero = step.word() == 0;
            this.table = step.table();
            this.parent = parent;
            this.stage = stage;
        }

        boolean isTableOf(long word, int level) {
            BreakRules rules = stage.rules();
            return rules != null
                    && rules.isValid(word, level)
                    && rules.isTable(word, level)
                    && rules.tableAddress(word) == table;
        }
    }

    private final List<Walk.Step> steps;
    private final Map<Long, Word> words = new TreeMap<>();
    private Word[] open;
    private @Nullable RecordedEvent event;
    private long turn;

    /** The words of a walk; the stages are those of its steps, the first one first. */
    WordWriters(List<Walk.Step> steps, List<Stage> stages) {
        this.steps = steps;
        List<Walk.Step> before = new ArrayList<>();
        for (Walk.Step step : steps) {
            if (!step.folded()) {
                Stage stage = stages.get(step.stage() - 1);
                words.putIfAbsent(step.entry(), new Word(step, parent(step, before, stage), stage));
                before.addFirst(step);
            }
        }
        open = words.values().toArray(Word[]::new);
    }

    /** The word, among those that were read before, the nearest first, that points to the table of a step. */
    private @Nullable Word parent(Walk.Step step, List<Walk.Step> before, Stage stage) {
        for (Walk.Step each : before) {
            BreakRules rules = stage.rules();
            if (rules != null
                    && each.stage() == step.stage()
                    && rules.isValid(each.word(), each.level())
                    && rules.isTable(each.word(), each.level())
                    && rules.tableAddress(each.word()) == step.table()) {
                return words.get(each.entry());
            }
        }
        return null;
    }

    /** Whether every word has its writer. */
    boolean areAllFound() {
        return open.length == 0;
    }

    @Override
    public void next(RecordedEvent recorded) {
        event = recorded;
        turn++;
        String made = switch (recorded.event()) {
            case MemoryEvent.SpaceCreated created -> created.space();
            case MemoryEvent.SpaceForked forked -> forked.child();
            case MemoryEvent.KernelCopied copied -> copied.child();
            default -> null;
        };
        for (Word word : open) {
            if (word.parent == null && word.stage.space().equals(made)) {
                made(word);
            }
        }
    }

    private void made(Word word) {
        word.made = event;
        word.madeTurn = turn;
    }

    @Override
    public void wrote(long address, int level, long oldWord, long newWord) {
        turn++;
        // A copied entry points to a table that its kernel has made before.
        boolean isCopied = event != null && event.event() instanceof MemoryEvent.WithKernel;
        for (Word word : open) {
            if (word.address == address) {
                word.written = event;
                word.writtenTurn = turn;
            }
            Word parent = word.parent;
            if (parent != null
                    && !isCopied
                    && parent.address == address
                    && word.isTableOf(newWord, level)
                    && !word.isTableOf(oldWord, level)) {
                made(word);
            }
        }
    }

    @Override
    public void invalidated(String space, long start, long last, boolean leafOnly) {
        // Changes no word.
    }

    @Override
    public void invalidatedAll(String space) {
        // Changes no word.
    }

    /** Takes what was heard since the last call for the end of what is still asked; what comes now was before it. */
    void endStretch() {
        List<Word> left = new ArrayList<>();
        for (Word word : open) {
            boolean wasMadeLater = word.isZero && word.made != null && word.madeTurn > word.writtenTurn;
            if (wasMadeLater) {
                word.written = null;
            }
            word.isSettled = wasMadeLater || word.written != null;
            if (word.isSettled) {
                word.made = wasMadeLater ? word.made : null;
            } else {
                word.made = null;
                left.add(word);
            }
        }
        turn = 0;
        open = left.toArray(Word[]::new);
    }

    /** What was found for every step. */
    List<Origin.Word> found() {
        return steps.stream()
                .map(step -> {
                    Word word = step.folded() ? null : words.get(step.entry());
                    return word == null ? new Origin.Word(null, null) : new Origin.Word(word.written, word.made);
                })
                .toList();
    }
}
