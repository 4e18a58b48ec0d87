package pagefold.testkit;

import pagefold.model.MemoryChange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Sharing;

/** What has happened to a page; not populated: it was never given any permission. */
record PageState(boolean populated, Accessed accessed, Writing writing) {
    enum Accessed {
        YES,
        NO,
        MAYBE
    }

    /** Granted, clean (granted where hardware keeps dirty state), denied for now, or one of these. */
    enum Writing {
        GRANTED,
        CLEAN,
        DENIED,
        MAYBE
    }

    static PageState fresh(Output output, Permissions permissions) {
        return new PageState(!permissions.isNone(), Accessed.YES, isCopied(output) ? Writing.DENIED : Writing.CLEAN);
    }

    /** Words that are there are written anew, even those that grant nothing then. */
    PageState rewritten(Output output, Permissions permissions) {
        PageState fresh = fresh(output, permissions);
        return new PageState(populated || fresh.populated, fresh.accessed, fresh.writing);
    }

    PageState with(Accessed changed) {
        return new PageState(populated, changed, writing);
    }

    PageState with(Writing changed) {
        return new PageState(populated, accessed, changed);
    }

    PageState afterFolding() {
        return accessed == Accessed.NO ? with(Accessed.MAYBE) : this;
    }

    PageState beside(Accessed done) {
        return accessed == done ? this : with(Accessed.MAYBE);
    }

    PageState besideWrite() {
        return (writing == Writing.DENIED ? with(Writing.MAYBE) : this).beside(Accessed.YES);
    }

    PageState afterProtecting(Output output, Permissions permissions) {
        if (!populated) {
            return fresh(output, permissions);
        }
        if (permissions.isNone()) {
            return this;
        }
        if (isCopied(output)) {
            return with(Writing.DENIED);
        }
        return writing == Writing.DENIED ? with(Writing.MAYBE) : this;
    }

    /** Write protection is lifted where writing is among what is added. */
    PageState afterRelaxing(Output output, Permissions granted, Permissions added) {
        if (!populated) {
            return fresh(output, granted);
        }
        boolean lifts = added.isWritable() && writing == Writing.DENIED && !isCopied(output);
        return lifts ? with(Writing.MAYBE) : this;
    }

    /** What makes a page writable grants the write itself. */
    PageState after(MemoryChange change) {
        return switch (change) {
            case READ_WRITE, DIRECT_MAP_DEFAULT -> with(Writing.GRANTED);
            case READ_ONLY, EXECUTE, EXECUTE_GUARDED, NO_EXECUTE, VALID, INVALID -> this;
        };
    }

    static boolean isCopied(Output output) {
        return output instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing == Sharing.COPY_ON_WRITE;
    }
}
