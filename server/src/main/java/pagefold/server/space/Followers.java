package pagefold.server.space;

import java.util.Set;

/** Those who follow the events of simulations at this server. Any thread. */
public interface Followers {

    /** Nobody. */
    Followers NONE = new Followers() {
        @Override
        public Set<String> simulations() {
            return Set.of();
        }

        @Override
        public void leftBehind(String simulation) {}
    };

    /** The simulations that somebody follows, which need not be open here. */
    Set<String> simulations();

    /**
     * A simulation is not written here any more: those who follow it would hear nothing, and are to ask another server. Does
     * not wait.
     */
    void leftBehind(String simulation);
}
