package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An error on the wire, RFC 9457.
 *
 * @param status HTTP status
 * @param code last part of the type {@code urn:pagefold:problem:CODE}; stable
 * @param detail one sentence for people
 * @param members the numbers, by name: text, numbers, booleans, lists and maps of those
 */
record Problem(int status, String code, String detail, Map<String, Object> members) {
    static final String CONTENT_TYPE = "application/problem+json";
    /** The code of a request that another server is to answer, and that has changed nothing. */
    static final String MOVED = "simulation-moved";

    /** The code of a request that needed the word of other nodes, and has changed nothing. */
    static final String SILENT = "nodes-silent";

    /** After what time that passes by itself is worth another try. */
    static final long RETRY_AFTER_SECONDS = 1;

    private static final String TYPE = "urn:pagefold:problem:";
    private static final Set<String> PASSING =
            Set.of("busy", "log-unavailable", MOVED, SILENT, "node-unreachable", "node-lost");

    /** A problem with members given as names and values in turn. */
    static Problem of(int status, String code, String detail, Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Problem(status, code, detail, members);
    }

    /** The same with more members behind the others. */
    Problem with(Object... namesAndValues) {
        Map<String, Object> all = new LinkedHashMap<>(members);
        all.putAll(of(status, code, detail, namesAndValues).members);
        return new Problem(status, code, detail, all);
    }

    /** Whether it may be over soon, without anybody doing anything about it. */
    boolean passes() {
        return PASSING.contains(code);
    }

    /**
     * The same with a member that says when to try again, for where there is no head of an answer to say it; nothing is
     * added to what does not pass, or says it already.
     */
    Problem withRetryAfter() {
        return passes() && !members.containsKey("retryAfter") ? with("retryAfter", RETRY_AFTER_SECONDS) : this;
    }

    /** One line of JSON with its line end. */
    byte[] toJson() {
        return Json.line(this::write);
    }

    void write(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("type", TYPE + code);
        generator.writeStringField("title", title());
        generator.writeNumberField("status", status);
        generator.writeStringField("detail", detail);
        for (Map.Entry<String, Object> member : members.entrySet()) {
            generator.writeFieldName(member.getKey());
            writeValue(generator, member.getValue());
        }
        generator.writeEndObject();
    }

    private String title() {
        return Character.toUpperCase(code.charAt(0)) + code.substring(1).replace('-', ' ');
    }

    private static void writeValue(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case Boolean truth -> generator.writeBoolean(truth);
            case List<?> list -> {
                generator.writeStartArray();
                for (Object element : list) {
                    writeValue(generator, element);
                }
                generator.writeEndArray();
            }
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName(String.valueOf(entry.getKey()));
                    writeValue(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            default -> generator.writeString(value.toString());
        }
    }

    /** A problem on its way to the failure handler of the router. */
    static final class Exception extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Exception(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
