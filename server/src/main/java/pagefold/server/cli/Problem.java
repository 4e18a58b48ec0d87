package pagefold.server.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What the server says when it does not do something (RFC 9457). */
record Problem(int status, String code, JsonTree fields, String line) {
    private static final Set<String> IN_THE_SENTENCE = Set.of("type", "title", "detail", "status", "instance");
    private static final int MAX_LINE = 2000;

    /** Reads the body of an answer; one that is no problem becomes the line itself. */
    static Problem of(int status, byte[] body) {
        try {
            JsonTree tree = JsonTree.parse(body);
            if (tree.isObject() && !tree.get("title").isMissing()) {
                return of(status, tree);
            }
        } catch (IOException e) {
            return new Problem(status, "", JsonTree.missing(), "the server answered " + status + " and no JSON");
        }
        return new Problem(status, "", JsonTree.missing(), "the server answered " + status);
    }

    static Problem of(int status, JsonTree tree) {
        String title = tree.get("title").text();
        String detail = tree.get("detail").text();
        StringBuilder line = new StringBuilder(title);
        if (!detail.isEmpty()) {
            line.append(": ").append(detail);
        }
        List<String> numbers = tree.names().stream()
                .filter(name -> !IN_THE_SENTENCE.contains(name))
                .map(name -> name + "=" + tree.get(name).text())
                .toList();
        if (!numbers.isEmpty()) {
            line.append(" (").append(String.join(", ", numbers)).append(')');
        }
        String type = tree.get("type").text();
        String code = type.substring(Math.max(type.lastIndexOf('/'), type.lastIndexOf(':')) + 1);
        return new Problem(status, code, tree, oneLine(line.toString()));
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…";
    }
}
