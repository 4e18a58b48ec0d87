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
        byTemplate.computeIfAbsent(template, absent -> new TreeSet<>()).add(method);
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
