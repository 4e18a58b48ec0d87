package pagefold.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.MemoryEvent;

class MalformedJsonTest {
    private static final String RANGE = "'range':{'start':'0x1000','size':'0x1000'}";
    private static final String MAP = "'type':'map-range','space':'u'," + RANGE;

    /** Command (with ' for "), path, a part of what was expected, a part of what was found. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'age-range','space':'u',RANGE,'x':1} | `` | without unknown fields | the field 'x'",
                "{'type':'age-range','space':'u',RANGE,'holes':true} | `` | no fields of age-range but | holes",
                "{'type':'age-range','space':'u'} | `` | the fields of age-range | no range",
                "{'space':'u'} | `` | the field 'type' | without it",
                "{'type':'map-pages'} | type | a known type of command | 'map-pages'",
                "{'type':7} | type | a string | the number 7",
                "{'type':'age-range','space':'u','space':'u',RANGE} | space | once | twice",
                "{'type':'age-range','space':'u','range':{'start':'0x0','start':'0x0','size':'0x1'}} | range.start | once | twice",
                "{'type':'age-range','space':'u','range':{'start':4096,'size':'0x1'}} | range.start | 0x | the number 4096",
                "{'type':'age-range','space':'u','range':{'start':'4096','size':'0x1'}} | range.start | 0x | '4096'",
                "{'type':'age-range','space':'u','range':{'start':'0x','size':'0x1'}} | range.start | 0x | '0x'",
                "{'type':'age-range','space':'u','range':{'start':'0x10000000000000000','size':'0x1'}} | range.start | 0x | '0x1000",
                "{'type':'age-range','space':'u','range':{'start':'0x1'}} | range | exactly one | none",
                "{'type':'age-range','space':'u','range':{'start':'0x1','size':'0x1','last':'0x1'}} | range | exactly one | both",
                "{'type':'age-range','space':'u','range':{'size':'0x1'}} | range | the field 'start' | without it",
                "{'type':'age-range','space':'u','range':{'start':'0x1','size':'0x0'}} | range | at least 1 byte | size 0x0000",
                "{'type':'age-range','space':'u','range':{'start':'0x2','last':'0x1'}} | range | at least 1 byte | last 0x0000",
                "{'type':'age-range','space':'u','range':{'start':'0xffffffffffffffff','size':'0x2'}} | range | below 2^64 | size",
                "{'type':'age-range','space':'u','range':{'start':'0x1','end':'0x2'}} | range | start, size, last | 'end'",
                "{'type':'age-range','space':'u','range':[]} | range | a range | an array",
                "{'type':'age-range','space':'u','range':null} | range | a range | null",
                "{'type':'age-range','space':null,RANGE} | space | the name of a space | null",
                "{'type':'age-range','space':'../u',RANGE} | space | letters, digits | '../u'",
                "{'type':'create-space','space':'u','kind':'User'} | kind | 'user', | 'User'",
                "{'type':'annotate','space':'','text':'x'} | space | the name of a space | ''",
                "{'type':'annotate','text':'\\ud800x'} | text | Unicode | half of a surrogate pair",
                "{'type':'unmap-range','space':'u',RANGE,'holes':'true'} | holes | true or false | 'true'",
                "{'type':'select-plugin','plugin':'a b','version':'1','profile':'p'} | plugin | letters | 'a b'",
                "{'type':'touch-range','space':'u',RANGE,'access':'read','privilege':'el0'} | privilege | unprivileged | 'el0'",
                "{MAP,'output':{},'attributes':{'permissions':'rw-/rw-'}} | output | 'physical' | none",
                "{MAP,'output':{'physical':'0x0','object':'x'},'attributes':{}} | output | no field 'object' | it",
                "{MAP,'output':{'object':'x','offset':'0x0'}} | output | 'sharing' | without it",
                "{MAP,'output':{'object':'','offset':'0x0','sharing':'shared'}} | output.object | printable | ''",
                "{MAP,'output':{'object':'x','offset':'0x8000000000000000','sharing':'shared'}} | output.offset | 2^63 | 0x8",
                "{MAP,'attributes':{}} | attributes | 'permissions' | without it",
                "{MAP,'attributes':{'permissions':'rwx'}} | attributes.permissions | rw-/r-- | 'rwx'",
                "{MAP,'attributes':{'permissions':'---/---','software':16}} | attributes.software | 0 to 15 | 16",
                "{MAP,'attributes':{'permissions':'---/---','software':1.0}} | attributes.software | 0 to 15 | 1.0",
                "{MAP,'attributes':{'permissions':'---/---','software':99999999999}} | attributes.software | 0 to 15 | 9999",
                "{MAP,'attributes':{'permissions':'---/---','memoryType':'wb'}} | attributes.memoryType | normal-wb | 'wb'",
                "{'type':'destroy-space','space':'u'} {} | `` | the end of the document | an object",
                "{'type':'destroy-space','space':'u'}] | `` | JSON | Unexpected",
                "{'type':'destroy-space','space':'u' | `` | JSON | end-of-input",
                "[] | `` | a command | an array",
                "'x' | `` | a command | 'x'",
                "`` | `` | a JSON value | nothing",
                "{\"type\":NaN} | `` | JSON | NaN",
            })
    void a_malformed_command_is_refused_with_its_place(String json, String path, String expected, String found) {
        MalformedJson error = refusal(json == null ? "" : json);

        assertThat(error.path()).isEqualTo(path == null ? "" : path);
        assertThat(error.expected().replace('"', '\'')).contains(expected);
        assertThat(error.found()).contains(found);
        assertThat(error.getMessage()).startsWith("Expected ").endsWith(".").contains(error.found());
    }

    @Test
    void documents_texts_and_depth_have_limits() {
        assertThat(refusal("{'type':'annotate','text':'" + "x".repeat(4097) + "'}")
                        .getMessage())
                .isEqualTo("Expected a text of at most 4096 characters at 'text', but found one of 4097.");
        assertThat(refusal("{'type':'annotate','text':'" + "x".repeat(9000) + "'}")
                        .getMessage())
                .contains("String value length");
        assertThat(refusal("{'type':'annotate','text':'" + "x".repeat(70_000) + "'}")
                        .getMessage())
                .contains("at most 65536 bytes");
        assertThat(refusal("[".repeat(1000)).getMessage()).contains("a command");
        assertThat(refusal("{'" + "n".repeat(5000) + "':1}").getMessage()).hasSizeLessThan(600);
        assertThat(refusal("{'type':'age-range','space':'u','range':{'start':'0x" + "_".repeat(5000)
                                + "1','size':'0x1'}}")
                        .path())
                .isEqualTo("range.start");
    }

    @Test
    void other_encodings_than_utf_8_are_refused() {
        byte[] utf16 = "{\"type\":\"destroy-space\",\"space\":\"u\"}".getBytes(StandardCharsets.UTF_16);
        byte[] broken = {'{', '"', 't', 'y', 'p', 'e', '"', ':', '"', (byte) 0xff, '"', '}'};

        assertThat(catchThrowableOfType(MalformedJson.class, () -> CommandCodec.decode(utf16)))
                .isNotNull();
        assertThat(catchThrowableOfType(MalformedJson.class, () -> CommandCodec.decode(broken)))
                .isNotNull();
    }

    @Test
    void an_event_of_another_version_is_refused_with_both_numbers() {
        String json = "{\"type\":\"space-destroyed\",\"schemaVersion\":2,\"space\":\"u\"}";

        MalformedJson error = catchThrowableOfType(
                MalformedJson.class, () -> EventCodec.decode(json.getBytes(StandardCharsets.UTF_8)));

        assertThat(error.getMessage()).isEqualTo("Expected 1 of space-destroyed at 'schemaVersion', but found 2.");
    }

    @Test
    void an_event_without_all_its_fields_is_refused() {
        for (String json : new String[] {
            "{\"type\":\"space-destroyed\",\"space\":\"u\"}",
            "{\"type\":\"plugin-selected\",\"schemaVersion\":1,\"plugin\":\"a\",\"version\":\"1\",\"profile\":\"p\"}",
            "{\"type\":\"plugin-selected\",\"schemaVersion\":2,\"plugin\":\"a\",\"version\":\"1\",\"profile\":\"p\","
                    + "\"coarsening\":\"reject\",\"digest\":\"12\"}",
            "{\"type\":\"plugin-selected\",\"schemaVersion\":1,\"plugin\":\"a\",\"version\":\"1\",\"profile\":\"p\","
                    + "\"coarsening\":\"reject\",\"digest\":\"" + "0".repeat(64) + "\"}",
            "{\"type\":\"range-mapped\",\"schemaVersion\":1,\"space\":\"u\",\"range\":{\"start\":\"0x0\",\"size\":\"0x1\"},"
                    + "\"output\":{\"physical\":\"0x0\"},\"attributes\":{\"permissions\":\"---/---\"}}",
        }) {
            assertThat(catchThrowableOfType(
                            MalformedJson.class, () -> EventCodec.decode(json.getBytes(StandardCharsets.UTF_8))))
                    .as(json)
                    .isNotNull();
        }
    }

    @Test
    void an_error_can_be_placed_in_a_larger_document() {
        MalformedJson error = new MalformedJson("range.start", "0x", "'7'").within("commands[3]");

        assertThat(error.path()).isEqualTo("commands[3].range.start");
        assertThat(error.getMessage()).isEqualTo("Expected 0x at 'commands[3].range.start', but found '7'.");
        assertThat(new MalformedJson("", "a command", "null")
                        .within("commands[3]")
                        .path())
                .isEqualTo("commands[3]");
    }

    @Test
    void text_that_utf_8_cannot_hold_is_no_event() {
        MemoryEvent event = new MemoryEvent.Annotated(null, "half \ud800");

        assertThat(catchThrowableOfType(MalformedJson.class, () -> EventCodec.encode(event)))
                .hasMessageContaining("half of a surrogate pair at character 5");
    }

    private static MalformedJson refusal(String json) {
        String quoted = json.replace("MAP", MAP).replace("RANGE", RANGE).replace('\'', '"');
        MalformedJson error = catchThrowableOfType(
                MalformedJson.class, () -> CommandCodec.decode(quoted.getBytes(StandardCharsets.UTF_8)));
        assertThat(error).as(quoted).isNotNull();
        return error;
    }
}
