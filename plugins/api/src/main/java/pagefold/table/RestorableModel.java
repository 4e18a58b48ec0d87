package pagefold.table;

import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * A model that can be written down, and made again without its history.
 *
 * <p><b>Guarantee.</b> A restored model answers, checks and projects everything that follows bit for bit as the one that
 * was saved. A plugin whose models are not restorable is used all the same: its states are made from the log.
 */
public interface RestorableModel extends PageTableModel {

    /** Writes down everything that the model knows. Changes nothing. */
    void save(StateSink sink);

    /**
     * Becomes the model that was saved; called once, on a new model of the same profile of the same plugin.
     *
     * @throws RuntimeException when that is not possible; the model is of no use then
     */
    void restore(StateSource source);
}
