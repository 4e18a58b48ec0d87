package pagefold.arm64.kvm;

/** What an operation does where the walk comes by; an answer other than {@link Outcome#DONE} ends the walk with it. */
interface Visitor {

    /** At a table, before its entries; the walk enters it whatever becomes of the word. */
    default Outcome enter(Visit visit) {
        return Outcome.DONE;
    }

    /** At an entry that is no table; if it is one afterwards, the walk enters it. */
    Outcome leaf(Visit visit);

    /** At the entry of a table whose entries have been visited. */
    default Outcome leave(Visit visit) {
        return Outcome.DONE;
    }
}
