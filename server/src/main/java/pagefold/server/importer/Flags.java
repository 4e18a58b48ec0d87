package pagefold.server.importer;

import java.util.Map;
import java.util.Set;

/**
 * Flag words as strace writes them: names and numbers joined by bars. The values are those of the generic Linux ABI
 * (x86, Arm, RISC-V). A name that is not known is an error: it might change what is mapped.
 */
enum Flags {
    PROT(
            "PROT_",
            "NONE SEM GROWSDOWN GROWSUP BTI MTE SAO ADI",
            Map.of("PROT_READ", 1L, "PROT_WRITE", 2L, "PROT_EXEC", 4L)),
    MAP(
            "MAP_",
            "FILE 32BIT ABOVE4G GROWSDOWN GROWSUP DENYWRITE EXECUTABLE LOCKED NORESERVE POPULATE NONBLOCK STACK HUGETLB SYNC"
                    + " UNINITIALIZED DROPPABLE HUGE_64KB HUGE_512KB HUGE_1MB HUGE_2MB HUGE_8MB HUGE_16MB HUGE_32MB"
                    + " HUGE_256MB HUGE_512MB HUGE_1GB HUGE_2GB HUGE_16GB",
            Map.of(
                    "MAP_SHARED",
                    1L,
                    "MAP_PRIVATE",
                    2L,
                    "MAP_SHARED_VALIDATE",
                    3L,
                    "MAP_FIXED",
                    0x10L,
                    "MAP_ANONYMOUS",
                    0x20L,
                    "MAP_ANON",
                    0x20L,
                    "MAP_FIXED_NOREPLACE",
                    0x10_0000L)),
    MREMAP("MREMAP_", "", Map.of("MREMAP_MAYMOVE", 1L, "MREMAP_FIXED", 2L, "MREMAP_DONTUNMAP", 4L)),
    CLONE(
            "CLONE_",
            "FS FILES SIGHAND PIDFD PTRACE VFORK PARENT NEWNS SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID DETACHED"
                    + " UNTRACED CHILD_SETTID NEWCGROUP NEWUTS NEWIPC NEWUSER NEWPID NEWNET NEWTIME IO STOPPED"
                    + " CLEAR_SIGHAND INTO_CGROUP",
            Map.of("CLONE_VM", 0x100L, "CLONE_THREAD", 0x1_0000L));

    static final long PROT_READ = 1;
    static final long PROT_WRITE = 2;
    static final long PROT_EXEC = 4;
    static final long MAP_SHARING = 3;
    static final long MAP_PRIVATE = 2;
    static final long MAP_FIXED = 0x10;
    static final long MAP_ANONYMOUS = 0x20;
    static final long MREMAP_FIXED = 2;
    static final long MREMAP_DONTUNMAP = 4;
    static final long CLONE_VM = 0x100;
    static final long CLONE_THREAD = 0x1_0000;

    private final String prefix;
    private final Map<String, Long> values;
    private final Set<String> without;

    /** With the flags that matter here, and the names, without prefix, of those that do not. */
    Flags(String prefix, String without, Map<String, Long> values) {
        this.prefix = prefix;
        this.values = values;
        this.without = Set.of(without.split(" "));
    }

    long parse(String argument) throws LineException {
        String text = Numbers.withoutComment(argument);
        if (text.isEmpty()) {
            throw new LineException("expected flags " + prefix + "…, but found nothing");
        }
        long flags = 0;
        for (String part : text.split("\\|", -1)) {
            flags |= value(part.strip());
        }
        return flags;
    }

    private long value(String part) throws LineException {
        Long known = values.get(part);
        if (known != null) {
            return known;
        }
        boolean matters = !part.startsWith(prefix) || !without.contains(part.substring(prefix.length()));
        if (!matters || this == CLONE && part.startsWith("SIG")) {
            return 0;
        }
        if (part.endsWith("<<MAP_HUGE_SHIFT")) {
            return 0;
        }
        if (part.isEmpty() || part.charAt(0) < '0' || part.charAt(0) > '9') {
            throw new LineException("expected a flag " + prefix + "…, but found '" + Numbers.shortened(part) + "'");
        }
        return Numbers.parse(part);
    }
}
