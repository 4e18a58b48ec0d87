package pagefold.server.replay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.server.log.RecordedEvent;
import pagefold.table.PageTableModel.BreakRules;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.order.BreakBeforeMake;

/** Writes down the changes of one event, the first of them one by one, and has all of them judged. */
final class DeltaRecorder implements TableListener {
    private final @Nullable BreakBeforeMake judge;
    private List<Delta.Change> changes = new ArrayList<>();
    private long words;
    private long invalidations;
    private @Nullable String violation;

    /**
     * A recorder.
     *
     * @param rules of the words, or {@code null} when they are not known
     * @param tables that are there before
     */
    DeltaRecorder(@Nullable BreakRules rules, List<TableView> tables) {
        judge = rules == null ? null : new BreakBeforeMake(rules, this::complain);
        if (judge != null) {
            judge.know(tables);
        }
    }

    private void complain(String part) {
        if (violation == null) {
            violation = "The " + part + ".";
        }
    }

    @Override
    public void wrote(long address, int level, long oldWord, long newWord) {
        words++;
        if (changes.size() < Delta.MAX_CHANGES) {
            changes.add(new Delta.Wrote(address, level, oldWord, newWord));
        }
        if (judge != null) {
            judge.wrote(address, level, oldWord, newWord);
        }
    }

    @Override
    public void invalidated(String space, long start, long last, boolean leafOnly) {
        invalidations++;
        if (changes.size() < Delta.MAX_CHANGES) {
            changes.add(new Delta.Invalidated(space, new AddressRange(start, last), leafOnly));
        }
        if (judge != null) {
            judge.invalidated(space, start, last, leafOnly);
        }
    }

    @Override
    public void invalidatedAll(String space) {
        invalidations++;
        if (changes.size() < Delta.MAX_CHANGES) {
            changes.add(new Delta.InvalidatedAll(space));
        }
        if (judge != null) {
            judge.invalidatedAll(space);
        }
    }

    /** Everything that was written down, once; the model may go on to hold this recorder, but not the changes. */
    Delta delta(RecordedEvent event) {
        if (judge != null) {
            judge.finish();
        }
        List<Delta.Change> all = List.copyOf(changes);
        changes = List.of();
        return new Delta(event, all, words, invalidations, order());
    }

    private Delta.Order order() {
        String found = violation;
        if (found != null) {
            return new Delta.Violated(found);
        }
        boolean judged = words + invalidations == 0 || judge != null && !judge.exceeded();
        return judged ? new Delta.Kept() : new Delta.NotJudged();
    }
}
