package pagefold.server.replay;

import pagefold.server.log.RecordedEvent;
import pagefold.table.TableListener;

/** Hears of events, and of each event what it does to the words of the tables. */
public interface Watcher extends TableListener {

    /** The next event; what is heard from now on is its doing. */
    void next(RecordedEvent event);
}
