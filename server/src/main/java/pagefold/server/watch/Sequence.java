package pagefold.server.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Work with one model, in the order in which it comes, one piece at a time. When a piece does not come back, the model is
 * of no use any more: that piece and all behind it are told so, those too that come later. What is known against the
 * plugin from other models keeps none from working.
 */
public final class Sequence {
    /** Pieces done before other sequences get the thread. */
    private static final int TURN = 64;

    private final PluginThreads threads;
    private final String simulation;
    private final Deque<Piece> waiting = new ArrayDeque<>();
    private @Nullable Piece current;
    private boolean running;
    private @Nullable Throwable broken;

    private record Piece(Runnable work, Consumer<Throwable> otherwise) {}

    /** A sequence of work for one simulation. */
    public Sequence(PluginThreads threads, String simulation) {
        this.threads = threads;
        this.simulation = simulation;
    }

    /**
     * Does a piece of work behind all others.
     *
     * @param work what is to be done; what it throws ends the sequence
     * @param otherwise what is told instead when the work does not come back, or is never begun; it does not wait
     */
    public void execute(Runnable work, Consumer<Throwable> otherwise) {
        Throwable failure;
        synchronized (this) {
            failure = broken;
            if (failure == null) {
                waiting.add(new Piece(work, otherwise));
                if (running) {
                    return;
                }
                running = true;
            }
        }
        if (failure != null) {
            otherwise.accept(failure);
        } else {
            begin();
        }
    }

    private void begin() {
        threads.tried(simulation, this::turn).whenComplete((more, e) -> {
            if (e != null) {
                breakOff(e);
            } else if (more) {
                begin();
            }
        });
    }

    /** Whether there is more to do. */
    private boolean turn() {
        for (int i = 0; i < TURN; i++) {
            Piece next;
            synchronized (this) {
                next = broken == null ? waiting.poll() : null;
                current = next;
                running = next != null;
            }
            if (next == null) {
                return false;
            }
            next.work().run();
        }
        return true;
    }

    private void breakOff(Throwable failure) {
        List<Piece> lost = new ArrayList<>();
        synchronized (this) {
            broken = failure;
            Piece stuck = current;
            if (stuck != null) {
                lost.add(stuck);
            }
            lost.addAll(waiting);
            waiting.clear();
        }
        lost.forEach(piece -> piece.otherwise().accept(failure));
    }
}
