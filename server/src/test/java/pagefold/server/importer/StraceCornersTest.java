package pagefold.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.Simulation;

/** Every form in which strace writes a line, and what each call does. */
class StraceCornersTest {
    private static final String ANON = "PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0";

    private static ImportReport report(String trace, StraceOptions options) {
        return StraceImporter.read(trace.lines().toList(), options).report();
    }

    private static MalformedLine refused(String trace) {
        ImportOutcome outcome = StraceImporter.read(trace.lines().toList(), StraceOptions.DEFAULT);
        assertThat(outcome).isInstanceOf(ImportOutcome.Refused.class);
        return ((ImportOutcome.Refused) outcome).line();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12 mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12    mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12<my prog> mmap(NULL, 8192, %s) = 0x7f0000000000",
                "[pid    12] mmap(NULL, 8192, %s) = 0x7f0000000000",
                "[pid 12<sh>] mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12 11:26:38 mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12 11:26:38.007514 mmap(NULL, 8192, %s) = 0x7f0000000000 <0.000012>",
                "12 1700000000.123456 mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12      0.000123 mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12 11:26:38.1 (+     0.000123) mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12 [00007f8cf7faf000] mmap(NULL, 8192, %s) = 0x7f0000000000",
                "12 [   9] mmap(0, 020000, %s) = 0x7f0000000000",
                "12 mmap2(NULL, 0x1001, %s)     = 0x7f0000000000",
                "12 mmap(NULL, 8192, 0x3 /* PROT_READ|PROT_WRITE */, 0x22 /* MAP_PRIVATE|MAP_ANONYMOUS */, -1, 0) = 0x7f0000000000",
                "12 mmap(NULL, 8192, 0x3, 0x22, 0xffffffff, 0) = 0x7f0000000000",
            })
    void every_prefix_and_number_is_understood(String line) {
        Simulation state = Traces.after(line.formatted(ANON));

        assertThat(Traces.regions(state, "12"))
                .containsExactly("7f0000000000-7f0000002000 rw-/rw- anon:12:0+0 PRIVATE");
    }

    @Test
    void a_trace_without_pids_has_one_space_of_the_name_given() {
        Simulation state = Traces.after("""
                execve("/bin/true", ["true"], 0x7ffc /* 1 var */) = 0
                mmap(NULL, 4096, %s) = 0x7f0000000000
                +++ exited with 0 +++""".formatted(ANON));

        assertThat(Traces.names(state)).containsExactly("process");
    }

    @Test
    void lines_without_pid_before_and_between_belong_to_the_first_process() {
        Simulation state = Traces.after(
                """
                strace: [ Process PID=10 runs in 64 bit mode. ]
                execve("/bin/sh", ["sh"], 0x7ffc /* 1 var */) = 0
                brk(NULL)                               = 0x1000
                clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLDstrace: Process 11 attached
                """.replace("SIGCHLDstrace: Process 11 attached", "SIGCHLD, child_tidptr=0x7f) = 11") + """
                strace: Process 11 attached
                [pid    11] brk(0x3000)                 = 0x3000
                [pid    10] wait4(-1,  <unfinished ...>
                [pid    11] exit_group(0)               = ?
                [pid    11] +++ exited with 0 +++
                <... wait4 resumed>NULL, 0, NULL)       = 11
                --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11} ---
                brk(0x2000)                             = 0x2000
                exit_group(0)                           = ?
                +++ exited with 0 +++
                """);

        assertThat(Traces.regions(state, "10")).containsExactly("1000-2000 rw-/rw- anon:10:0+0 PRIVATE");
        assertThat(Traces.names(state)).containsExactly("10");
    }

    @Test
    void a_file_mapping_has_the_path_where_it_is_shown() {
        Simulation state = Traces.after("""
                5 mmap(NULL, 100, PROT_READ, MAP_PRIVATE, 3</usr/lib/a, b (c).so>, 0x2000) = 0x10000
                5 mmap(NULL, 100, PROT_READ|PROT_EXEC, MAP_SHARED|MAP_POPULATE, 4</dev/zero<char 1:5>>, 0) = 0x20000
                5 mmap(NULL, 100, PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0x30000
                5 mmap(NULL, 100, PROT_WRITE, MAP_SHARED_VALIDATE|MAP_SYNC, 3</x>(deleted), 0) = 0x40000
                5 mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0) = 0x50000
                5 mmap(NULL, 4096, PROT_WRITE|PROT_EXEC, MAP_SHARED|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0) = 0x60000
                """);

        assertThat(Traces.regions(state, "5"))
                .containsExactly(
                        "10000-11000 r--/r-- /usr/lib/a, b (c).so+2000 COPY_ON_WRITE",
                        "20000-21000 r--/r-x /dev/zero<char 1:5>+0 SHARED",
                        "30000-31000 r--/--x file:3@5:0+0 COPY_ON_WRITE",
                        "40000-41000 rw-/rw- /x+0 SHARED",
                        "50000-51000 ---/--- anon:5:1+0 PRIVATE",
                        "60000-61000 rw-/rwx anon:5:2+0 SHARED");
    }

    @Test
    void a_fixed_mapping_replaces_and_errors_change_nothing() {
        Simulation state = Traces.after("""
                5 mmap(NULL, 12288, %s) = 0x10000
                5 mmap(0x11000, 1, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x11000
                5 mmap(0x10000, 1, PROT_READ, MAP_PRIVATE|MAP_FIXED_NOREPLACE|MAP_ANONYMOUS, -1, 0) = -1 EEXIST (File exists)
                5 munmap(0x10000, 0) = -1 EINVAL (Invalid argument)
                5 munmap(0x12000, 1) = 0
                5 mprotect(0x10000, 4096, PROT_NONE) = ? ERESTARTSYS (To be restarted)
                5 mmap(NULL, 9999999999999999, %s) = -1 ENOMEM (Cannot allocate memory)
                """.formatted(ANON, ANON));

        assertThat(Traces.regions(state, "5"))
                .containsExactly("10000-11000 rw-/rw- anon:5:0+0 PRIVATE", "11000-12000 r--/r-- anon:5:1+0 PRIVATE");
    }

    @Test
    void memory_moves_grows_and_shrinks() {
        Simulation state = Traces.after("""
                5 mmap(NULL, 8192, %s) = 0x10000
                5 mremap(0x10000, 8192, 12288, MREMAP_MAYMOVE) = 0x10000
                5 mremap(0x10000, 12288, 16384, MREMAP_MAYMOVE) = 0x20000
                5 mremap(0x20000, 16384, 4096, 0) = 0x20000
                5 mremap(0x20000, 4096, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x30000) = 0x30000
                5 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 7</s>, 0) = 0x40000
                5 mremap(0x40000, 0, 4096, MREMAP_MAYMOVE) = 0x50000
                5 mremap(0x30000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_DONTUNMAP) = 0x60000
                """.formatted(ANON));

        assertThat(Traces.regions(state, "5"))
                .containsExactly(
                        "30000-31000 rw-/rw- anon:5:2+0 PRIVATE",
                        "31000-32000 rw-/rw- anon:5:1+0 PRIVATE",
                        "40000-41000 r--/r-- /s+0 SHARED",
                        "50000-51000 r--/r-- /s+0 SHARED",
                        "60000-61000 rw-/rw- anon:5:0+0 PRIVATE");
    }

    @Test
    void the_heap_is_one_region_until_it_shrinks() {
        Simulation state = Traces.after("""
                5 brk(NULL) = 0x10000
                5 brk(0x10800) = 0x10800
                5 brk(0x13000) = 0x13000
                5 brk(0x7fffffffffff) = 0x13000
                """);
        assertThat(Traces.regions(state, "5")).containsExactly("10000-13000 rw-/rw- anon:5:0+0 PRIVATE");

        state = Traces.after("""
                5 brk(0) = 0x10000
                5 brk(0x13000) = 0x13000
                5 brk(0x11001) = 0x11001
                5 brk(0x13000) = 0x13000
                """);
        assertThat(Traces.regions(state, "5"))
                .containsExactly("10000-12000 rw-/rw- anon:5:0+0 PRIVATE", "12000-13000 rw-/rw- anon:5:1+0 PRIVATE");
    }

    @Test
    void discarded_memory_is_new_if_anonymous_and_as_in_the_file_if_private() {
        Simulation state = Traces.after("""
                5 mmap(NULL, 8192, %s) = 0x10000
                5 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</f>, 0x1000) = 0x20000
                5 mmap(NULL, 4096, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x30000
                5 madvise(0x11000, 4096, MADV_DONTNEED) = 0
                5 madvise(0x20000, 4096, MADV_DONTNEED) = 0
                5 madvise(0x30000, 4096, 0x4 /* MADV_DONTNEED */) = 0
                5 madvise(0x10000, 4096, MADV_FREE) = 0
                """.formatted(ANON));

        assertThat(Traces.regions(state, "5"))
                .containsExactly(
                        "10000-11000 rw-/rw- anon:5:0+0 PRIVATE",
                        "11000-12000 rw-/rw- anon:5:2+0 PRIVATE",
                        "20000-21000 r--/r-- /f+1000 COPY_ON_WRITE",
                        "30000-31000 r--/r-- anon:5:1+0 SHARED");
    }

    @Test
    void success_proves_what_the_trace_has_not_shown() {
        String trace = """
                5 mprotect(0x10000, 8192, PROT_READ) = 0
                5 mremap(0x20000, 4096, 8192, MREMAP_MAYMOVE) = 0x30000
                5 munmap(0x90000, 4096) = 0
                5 madvise(0x90000, 4096, MADV_DONTNEED) = 0
                """;

        assertThat(Traces.regions(Traces.after(trace), "5"))
                .containsExactly(
                        "10000-12000 r--/r-- unseen:5+10000 PRIVATE",
                        "30000-31000 rw-/rw- unseen:5+20000 PRIVATE",
                        "31000-32000 rw-/rw- anon:5:0+0 PRIVATE");
        ImportReport report = report(trace, StraceOptions.DEFAULT);
        assertThat(report.reconstructed())
                .containsEntry("protected unseen", 1L)
                .containsEntry("moved unseen, taken as rw-", 1L)
                .containsEntry("unmapped with holes", 1L)
                .containsEntry("processes from their middle", 1L);
        assertThat(report.skipped()).containsEntry("madvise(MADV_DONTNEED) of unseen memory", 1L);
    }

    @Test
    void a_fork_copies_and_what_grows_afterwards_is_never_the_same_memory() {
        Simulation state = Traces.after("""
                5 brk(NULL) = 0x10000
                5 brk(0x11000) = 0x11000
                5 fork() = 6
                5 brk(0x12000) = 0x12000
                6 brk(0x12000) = 0x12000
                """);

        assertThat(Traces.regions(state, "5"))
                .containsExactly(
                        "10000-11000 rw-/rw- anon:5:0+0 COPY_ON_WRITE", "11000-12000 rw-/rw- anon:5:0+1000 PRIVATE");
        assertThat(Traces.regions(state, "6"))
                .containsExactly(
                        "10000-11000 rw-/rw- anon:5:0+0 COPY_ON_WRITE", "11000-12000 rw-/rw- anon:6:0+0 PRIVATE");
    }

    @Test
    void a_child_may_show_itself_before_the_call_that_makes_it_returns() {
        Simulation state = Traces.after("""
                5 mmap(NULL, 4096, %s) = 0x10000
                7 mmap(NULL, 4096, %s) = 0x90000
                5 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
                7 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f, stack_size=0x9000} <unfinished ...>
                8 mmap(NULL, 4096, %s) = 0x80000
                6 mmap(NULL, 4096, %s) = 0x20000
                5 <... clone resumed>, child_tidptr=0x7f8414e96a10) = 6
                7 <... clone3 resumed> => {parent_tid=[0]}, 88) = 8
                """.formatted(ANON, ANON, ANON, ANON));

        assertThat(Traces.names(state)).containsExactly("5", "6", "7");
        assertThat(Traces.regions(state, "6")).hasSize(2);
        assertThat(Traces.regions(state, "7")).hasSize(2);
    }

    @Test
    void threads_and_vfork_share_memory_until_execve() {
        Simulation state = Traces.after("""
                5 execve("/bin/x", ["x, \\"y\\")"], 0x7f /* 2 vars */) = 0
                5 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM) = 6
                6 mmap(NULL, 4096, %s) = 0x10000
                6 exit(0) = ?
                6 +++ exited with 0 +++
                5 vfork( <unfinished ...>
                7 mmap(NULL, 4096, %s) = 0x20000
                7 execve("/none", ["x"], 0x7f /* 2 vars */) = -1 ENOENT (No such file or directory)
                7 execve("/bin/y", ["x"], 0x7f /* 2 vars */ <unfinished ...>
                5 <... vfork resumed>) = 7
                7 <... execve resumed>) = 0
                7 mmap(NULL, 4096, %s) = 0x30000
                """.formatted(ANON, ANON, ANON));

        assertThat(Traces.regions(state, "5")).hasSize(2);
        assertThat(Traces.regions(state, "7")).containsExactly("30000-31000 rw-/rw- anon:7:0+0 PRIVATE");
    }

    @Test
    void a_thread_that_executes_takes_over_its_process() {
        Simulation state = Traces.after("""
                5 execve("/bin/x", ["x"], 0x7f /* 2 vars */) = 0
                5 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD) = 6
                6 execve("/bin/y", ["y"], 0x7f /* 2 vars */ <pid changed to 5 ...>
                5 +++ superseded by execve in pid 6 +++
                5 <... execve resumed>) = 0
                5 mmap(NULL, 4096, %s) = 0x10000
                """.formatted(ANON));

        assertThat(Traces.names(state)).containsExactly("5");
        assertThat(Traces.regions(state, "5")).containsExactly("10000-11000 rw-/rw- anon:5:0+0 PRIVATE");
    }

    @Test
    void a_space_goes_with_its_last_task_but_the_first_process_stays() {
        String trace = """
                5 execve("/bin/x", ["x"], 0x7f /* 2 vars */) = 0
                5 fork() = 6
                6 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD) = 7
                6 exit(0) = ?
                7 mmap(NULL, 4096, %s) = 0x10000
                7 +++ killed by SIGKILL (core dumped) +++
                5 exit_group(0) = ?
                5 +++ exited with 0 +++
                """.formatted(ANON);

        assertThat(Traces.names(Traces.after(trace))).containsExactly("5");
        for (OnExit onExit : List.of(OnExit.KEEP, OnExit.DESTROY)) {
            var completed = Traces.completed(trace.lines().toList(), StraceOptions.DEFAULT.withOnExit(onExit));
            assertThat(Traces.names(Traces.played(completed.commands())))
                    .isEqualTo(onExit == OnExit.KEEP ? List.of("5", "6") : List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f000000000g",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000001",
                "5 mmap(NULL, 8192, PROT_REA, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, -1, 0) = 0x7f0000000000",
                "5 mmap(NULL, 0, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
                "5 mmap(NULL, 0xffffffffffffffff, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x1000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xfffffffffffff000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0",
                "5 mmap(NULL, 8192, PROT_READ",
                "5 mmap(NULL, 8192) = 0x1000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</a, 0) = 0x1000",
                "5 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x123) = 0x1000",
                "5 munmap(0x1000, 4096) = 0 and more",
                "5 munmap(0x1234, 4096) = 0",
                "5 <... mmap resumed>) = 0x1000",
                "5 +++ exited with 0",
                "5 +++ vanished +++",
                "5 clone(child_stack=NULL) = 6",
                "5 clone(child_stack=NULL, flags=CLONE_SOMETHING) = 6",
                "5 fork() = 5",
                "99999999999 fork() = 5",
                "hello world",
                "5 brk(\"",
            })
    void a_line_that_makes_no_sense_is_named(String line) {
        MalformedLine malformed = refused("5 wait4(-1, NULL) = 0\n" + line);

        assertThat(malformed.lineNumber()).isEqualTo(2);
        assertThat(malformed.text()).isEqualTo(line);
        assertThat(malformed.reason()).isNotBlank();
        ImportReport lenient = report(line + "\n5 brk(0) = 0x1000", StraceOptions.DEFAULT.withLenient(true));
        assertThat(lenient.malformedCount()).isEqualTo(1);
        assertThat(lenient.lines()).isEqualTo(2);
    }

    @Test
    void other_calls_are_counted_by_name() {
        ImportReport report = report("""
                5 openat(AT_FDCWD, "/x", O_RDONLY) = 3
                5 openat(AT_FDCWD, "/y", O_RDONLY) = 4
                5 restart_syscall(<... resuming interrupted read ...>) = 0
                5 --- stopped by SIGSTOP ---
                5 mlock(0x7f, 10) = 0
                5 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>
                5 wait4(-1, <detached ...>
                """, StraceOptions.DEFAULT);

        assertThat(report.skipped())
                .containsEntry("openat", 2L)
                .containsEntry("restart_syscall", 1L)
                .containsEntry("notices", 1L)
                .containsEntry("mlock", 1L)
                .containsEntry("unfinished wait4", 1L);
        assertThat(report.commands()).isZero();
    }

    @Test
    void a_larger_page_rounds_lengths_further() {
        var options = new StraceOptions(false, OnExit.KEEP_ROOT, 16_384, "process");
        var lines = List.of("5 mmap(NULL, 4097, " + ANON + ") = 0x10000");

        assertThat(Traces.regions(Traces.played(Traces.completed(lines, options).commands()), "5"))
                .containsExactly("10000-14000 rw-/rw- anon:5:0+0 PRIVATE");
    }
}
