package pagefold.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.WireText;

/** The examples and words of docs/format.md. */
final class FormatExamplesTest {
    private static final Markdown PAGE = Markdown.read("docs/format.md");

    static List<String> commands() {
        return PAGE.blocks("json command");
    }

    static List<String> events() {
        return PAGE.blocks("json event");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_command_is_read(String example) {
        MemoryCommand command = CommandCodec.decode(bytes(example));

        assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
    }

    @ParameterizedTest
    @MethodSource("events")
    void an_event_is_what_the_server_writes(String example) {
        MemoryEvent event = EventCodec.decode(bytes(example));

        assertThat(new String(EventCodec.encode(event), StandardCharsets.UTF_8)).isEqualTo(compact(example));
    }

    @Test
    void every_type_of_command_and_event_has_an_example() {
        Set<Class<?>> shown = Stream.concat(
                        commands().stream().map(example -> (Object) CommandCodec.decode(bytes(example))),
                        events().stream().map(example -> (Object) EventCodec.decode(bytes(example))))
                .map(Object::getClass)
                .collect(Collectors.toSet());

        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(records(MemoryCommand.class), records(MemoryEvent.class))
                                .collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(FormatExamplesTest::records);
    }

    @Test
    void the_words_are_those_that_are_read() {
        Map<String, WireText.Words<?>> words = Map.of(
                "kind", WireText.SPACE_KINDS,
                "sharing", WireText.SHARINGS,
                "access", WireText.ACCESSES,
                "privilege", WireText.PRIVILEGES,
                "coarsening", WireText.COARSENINGS,
                "change", WireText.MEMORY_CHANGES,
                "policy", WireText.UNMAP_POLICIES,
                "memoryType", WireText.MEMORY_TYPES,
                "shareability", WireText.SHAREABILITIES);

        Map<String, Set<String>> written = PAGE.rows("| field | words |").stream()
                .collect(Collectors.toMap(
                        row -> Markdown.quoted(row.get(0)).getFirst(), row -> Set.copyOf(Markdown.quoted(row.get(1)))));

        assertThat(written.keySet()).isEqualTo(words.keySet());
        words.forEach((field, known) -> assertThat(written.get(field)).as(field).isEqualTo(choices(known)));
    }

    private static Set<String> choices(WireText.Words<?> words) {
        return Arrays.stream(words.choices().split("\"(, | or )?\"?"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    private static byte[] bytes(String example) {
        return example.getBytes(StandardCharsets.UTF_8);
    }

    /** Without the space between tokens; the examples have no quotation marks inside strings. */
    private static String compact(String json) {
        return json.replaceAll("\\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", "");
    }
}
