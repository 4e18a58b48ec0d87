package pagefold.server.importer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A second reader of traces, in another style, for tests: regular expressions over lines that are first joined where
 * they were broken off, and a map from page to protection for every process. Knows only what the shipped traces use.
 */
final class PageOracle {
    private static final Pattern LINE = Pattern.compile("^(\\d+) +(?:\\d\\d:\\d\\d:\\d\\d\\.\\d+ )?(.*)$");
    private static final Pattern RESUMED = Pattern.compile("^<\\.\\.\\. \\w+ resumed>(.*)$");
    private static final Pattern MMAP =
            Pattern.compile("^mmap\\(\\w+, (\\d+), ([A-Z_|]+), [A-Z_|]+, -?\\d+, \\w+\\) += 0x(\\w+)$");
    private static final Pattern MUNMAP = Pattern.compile("^munmap\\(0x(\\w+), (\\d+)\\) += 0$");
    private static final Pattern MPROTECT = Pattern.compile("^mprotect\\(0x(\\w+), (\\d+), ([A-Z_|]+)\\) += 0$");
    private static final Pattern MREMAP =
            Pattern.compile("^mremap\\(0x(\\w+), (\\d+), (\\d+), MREMAP_MAYMOVE\\) += 0x(\\w+)$");
    private static final Pattern BRK = Pattern.compile("^brk\\(\\w+\\) += 0x(\\w+)$");
    private static final Pattern CLONE = Pattern.compile("^clone\\(.* = (\\d+)$");
    private static final Pattern EXECVE = Pattern.compile("^execve\\(.*\\) += 0$");

    private final Map<String, TreeMap<Long, String>> spaces = new HashMap<>();
    private final Map<String, Long> breaks = new HashMap<>();

    static Map<String, TreeMap<Long, String>> replay(List<String> lines) {
        PageOracle oracle = new PageOracle();
        // In the order in which calls return, but a clone takes effect where it was called.
        Map<String, Integer> pending = new HashMap<>();
        String[] whole = new String[lines.size()];
        String[] pids = new String[lines.size()];
        for (int i = 0; i < lines.size(); i++) {
            MatchResult line = match(LINE, lines.get(i));
            pids[i] = line.group(1);
            String text = line.group(2);
            MatchResult rest = RESUMED.matcher(text).results().findFirst().orElse(null);
            if (text.endsWith(" <unfinished ...>")) {
                pending.put(pids[i], i);
                whole[i] = text.substring(0, text.length() - " <unfinished ...>".length());
            } else if (rest != null) {
                int begun = pending.remove(pids[i]);
                boolean early = whole[begun].startsWith("clone");
                whole[early ? begun : i] = whole[begun] + rest.group(1);
                whole[early ? i : begun] = "";
            } else {
                whole[i] = text;
            }
        }
        for (int i = 0; i < whole.length; i++) {
            oracle.call(pids[i], whole[i]);
        }
        return oracle.spaces;
    }

    private static MatchResult match(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.matches()) {
            throw new AssertionError("expected " + pattern + ", but found " + text);
        }
        return matcher.toMatchResult();
    }

    private void call(String pid, String text) {
        EXECVE.matcher(text).results().forEach(m -> {
            spaces.put(pid, new TreeMap<>());
            breaks.remove(pid);
        });
        CLONE.matcher(text).results().forEach(m -> {
            spaces.put(m.group(1), new TreeMap<>(spaces.get(pid)));
            breaks.put(m.group(1), breaks.get(pid));
        });
        TreeMap<Long, String> pages = spaces.getOrDefault(pid, new TreeMap<>());
        MMAP.matcher(text).results().forEach(m -> fill(pages, hex(m.group(3)), m.group(1), prot(m.group(2))));
        MUNMAP.matcher(text)
                .results()
                .forEach(m -> pages.subMap(
                                hex(m.group(1)) >> 12, hex(m.group(1)) + Long.parseLong(m.group(2)) + 4095 >> 12)
                        .clear());
        MPROTECT.matcher(text).results().forEach(m -> fill(pages, hex(m.group(1)), m.group(2), prot(m.group(3))));
        MREMAP.matcher(text).results().forEach(m -> remap(pages, m));
        BRK.matcher(text).results().forEach(m -> heap(pid, pages, hex(m.group(1))));
    }

    private void heap(String pid, TreeMap<Long, String> pages, long now) {
        long before = breaks.getOrDefault(pid, now);
        if (now > before) {
            fill(pages, before, Long.toString(now - before), "rw-");
        }
        pages.subMap(now + 4095 >> 12, Math.max(before, now) + 4095 >> 12).clear();
        breaks.put(pid, now);
    }

    private static void remap(TreeMap<Long, String> pages, MatchResult m) {
        long from = hex(m.group(1)) >> 12;
        long oldPages = Long.parseLong(m.group(2)) + 4095 >> 12;
        String prot = pages.get(from);
        pages.subMap(from, from + oldPages).clear();
        fill(pages, hex(m.group(4)), m.group(3), prot);
    }

    private static void fill(TreeMap<Long, String> pages, long address, String length, String prot) {
        long end = address + Long.parseLong(length) + 4095 >> 12;
        for (long page = address >> 12; page < end; page++) {
            pages.put(page, prot);
        }
    }

    private static long hex(String digits) {
        return Long.parseLong(digits, 16);
    }

    private static String prot(String names) {
        return (names.contains("READ") || names.contains("WRITE") ? "r" : "-")
                + (names.contains("WRITE") ? "w" : "-")
                + (names.contains("EXEC") ? "x" : "-");
    }
}
