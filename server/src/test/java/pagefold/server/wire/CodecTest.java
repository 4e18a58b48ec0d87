package pagefold.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Shareability;

class CodecTest {
    private static final int RANDOM_VALUES = 20_000;

    @Test
    void golden_events_are_read_and_written_byte_for_byte() throws IOException {
        Set<Class<?>> seen = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
        for (String line : golden("events.ndjson")) {
            MemoryEvent event = EventCodec.decode(utf8(line));
            seen.add(event.getClass());

            assertThat(text(EventCodec.encode(event))).isEqualTo(line);
            assertThat(line).contains("\"type\":\"" + EventCodec.type(event) + "\"");
        }

        assertThat(seen).as("types with a golden line").containsAll(leaves(MemoryEvent.class));
    }

    @Test
    void old_forms_of_events_are_read_and_written_in_the_new_one() throws IOException {
        for (String line : golden("events-old.ndjson")) {
            MemoryEvent event = EventCodec.decode(utf8(line));

            String now = text(EventCodec.encode(event));

            assertThat(now)
                    .isEqualTo(line.replace("\"schemaVersion\":1", "\"schemaVersion\":2"))
                    .isNotEqualTo(line);
            assertThat(EventCodec.decode(utf8(now))).isEqualTo(event);
        }
    }

    @Test
    void golden_commands_are_read_and_written_byte_for_byte() throws IOException {
        Set<Class<?>> seen = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
        for (String line : golden("commands.ndjson")) {
            MemoryCommand command = CommandCodec.decode(utf8(line));
            seen.add(command.getClass());

            assertThat(text(CommandCodec.encode(command))).isEqualTo(line);
            assertThat(line).contains("\"type\":\"" + CommandCodec.type(command) + "\"");
        }

        assertThat(seen).as("types with a golden line").containsAll(leaves(MemoryCommand.class));
    }

    @Test
    void random_events_come_back_equal() {
        RandomModel model = new RandomModel(Seed.forTest("random_events_come_back_equal"));
        for (int i = 0; i < RANDOM_VALUES; i++) {
            MemoryEvent event = model.event();
            assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
        }
    }

    @Test
    void random_commands_come_back_equal() {
        RandomModel model = new RandomModel(Seed.forTest("random_commands_come_back_equal"));
        for (int i = 0; i < RANDOM_VALUES; i++) {
            MemoryCommand command = model.command();
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }

    /** All 64 permissions, 8 memory types, 3 shareabilities, 16 software bits and 4 flags: 393,216 combinations. */
    @Test
    void every_combination_of_attributes_comes_back_equal() {
        AddressRange range = new AddressRange(0, -1);
        Output output = new Output.Physical(0);
        for (int bits = 0; bits < 64; bits++) {
            for (MemoryType type : MemoryType.values()) {
                for (Shareability shareability : Shareability.values()) {
                    for (int rest = 0; rest < 256; rest++) {
                        Attributes attributes = new Attributes(
                                new Permissions(bits),
                                type,
                                shareability,
                                (rest & 1) != 0,
                                (rest & 2) != 0,
                                rest >> 4,
                                (rest & 4) != 0,
                                (rest & 8) != 0);
                        MemoryEvent event = new MemoryEvent.RangeMapped("s", range, output, attributes);
                        if (!EventCodec.decode(EventCodec.encode(event)).equals(event)) {
                            assertThat(EventCodec.decode(EventCodec.encode(event)))
                                    .isEqualTo(event);
                        }
                    }
                }
            }
        }
    }

    @Test
    void what_a_command_leaves_out_has_the_documented_default() {
        MemoryCommand command = CommandCodec.decode(utf8("""
                {"type":"map-range","space":"u","range":{"start":"0x400000","size":"0x1000"},
                 "output":{"physical":"0x40000000"},"attributes":{"permissions":"rw-/rw-"}}
                """));

        assertThat(command)
                .isEqualTo(new MapRange(
                        "u",
                        AddressRange.ofSize(0x400000, 0x1000),
                        new Output.Physical(0x4000_0000),
                        Attributes.user(Permissions.parse("rw-/rw-")),
                        false));
        assertThat(CommandCodec.decode(
                        utf8("{\"type\":\"select-plugin\",\"plugin\":\"a\",\"version\":\"1\",\"profile\":\"p\"}")))
                .isInstanceOfSatisfying(
                        MemoryCommand.SelectPlugin.class,
                        c -> assertThat(c.binding().coarsening()).isEqualTo(Coarsening.REJECT));
    }

    @Test
    void fields_may_come_in_any_order_and_numbers_in_any_usual_form() {
        MemoryCommand command = CommandCodec.decode(utf8("""
                {"holes":true,"range":{"last":"0XFFFF_FFFF_FFFF_FFFF","start":"0xffffFFFF00000000"},"space":"k","type":"unmap-range"}
                """));

        assertThat(command)
                .isEqualTo(new MemoryCommand.UnmapRange("k", new AddressRange(0xffff_ffff_0000_0000L, -1), true));
    }

    @Test
    void events_that_are_read_share_equal_names_and_attributes() throws IOException {
        String line = golden("events.ndjson").get(4);
        List<MemoryEvent> events = new ArrayList<>();
        EventCodec codec = new EventCodec();
        try (var parser = WireJson.FACTORY.createParser(utf8(line + line))) {
            while (parser.nextToken() != null) {
                events.add(codec.read(parser));
            }
        }

        MemoryEvent.RangeMapped first = (MemoryEvent.RangeMapped) events.get(0);
        MemoryEvent.RangeMapped second = (MemoryEvent.RangeMapped) events.get(1);
        assertThat(second.space()).isSameAs(first.space());
        assertThat(second.attributes()).isSameAs(first.attributes());
    }

    /** Whatever bytes come: an answer, or a typed error with a sentence; nothing else. */
    @Test
    void damaged_documents_never_cause_anything_but_a_typed_error() throws IOException {
        RandomGenerator random = Seed.forTest("damaged_documents_never_cause_anything_but_a_typed_error");
        List<String> lines = golden("commands.ndjson");
        for (int i = 0; i < RANDOM_VALUES; i++) {
            byte[] json = utf8(lines.get(random.nextInt(lines.size())));
            for (int damage = 1 + random.nextInt(3); damage > 0; damage--) {
                json[random.nextInt(json.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = random.nextBoolean() ? json : Arrays.copyOf(json, random.nextInt(json.length));
            try {
                assertThat(CommandCodec.decode(cut)).isNotNull();
            } catch (MalformedJson e) {
                assertThat(e.getMessage()).startsWith("Expected ").endsWith(".").hasSizeLessThan(1000);
            }
        }
    }

    private static Set<Class<?>> leaves(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses())
                .flatMap(type -> type.isSealed() ? leaves(type).stream() : Stream.of(type))
                .collect(Collectors.toSet());
    }

    static List<String> golden(String file) throws IOException {
        try (InputStream in = CodecTest.class.getResourceAsStream("/golden/" + file)) {
            assertThat(in).as(file).isNotNull();
            return text(in.readAllBytes()).lines().toList();
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
