package pagefold.server.cli;

/** How the command line ends. */
final class ExitCodes {
    static final int OK = 0;
    /** The answer is no: a fault, a difference, a check that failed. */
    static final int NO = 1;

    static final int USAGE = 2;
    static final int REJECTED = 3;
    static final int UNREACHABLE = 4;
    /** A bug of ours; EX_SOFTWARE of sysexits.h. */
    static final int BUG = 70;

    private ExitCodes() {}
}
