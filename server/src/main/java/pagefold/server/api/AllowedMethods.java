package pagefold.server.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which methods the contract has for a path; what an answer of status 405 must say (RFC 9110, 15.5.6). */
final class AllowedMethods {
    private final Map<String, TreeSet<String>> byTemplate = new LinkedHashMap<>();

    /**
     * Adds an operation.
     *
     * @param template a path of the contract, with parameters in braces
     */
    void add(String template, String method) {
        TreeSet<String> methods = byTemplate.computeIfAbsent(template, absent -> new TreeSet<>());
        methods.add(method);
        if (method.equals("GET") && hasHead(template)) {
            methods.add("HEAD");
        }
    }

    /** Whether what GET answers at a path has an end, so that HEAD can be the same without a body (RFC 9110, 9.3.2). */
    static boolean hasHead(String path) {
        return !path.endsWith("/events/stream") && !path.endsWith("/socket");
    }

    /** The methods of a path, in alphabetical order, as the header {@code Allow} has them. */
    String of(String path) {
        TreeSet<String> methods = new TreeSet<>();
        byTemplate.forEach((template, all) -> {
            if (Pattern.matches(template.replaceAll("\\{[^/]+?}", "[^/]+").replace(".", "\\."), path)) {
                methods.addAll(all);
            }
        });
        return String.join(", ", methods);
    }
}
