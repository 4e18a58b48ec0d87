package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class TextsTest {

    @ParameterizedTest
    @CsvSource({
        "1,1",
        "4096,4096",
        "0x1000,4096",
        "4K,4096",
        "4k,4096",
        "2M,2097152",
        "1G,1073741824",
        "4T,4398046511104"
    })
    void a_size_has_a_unit_or_is_in_bytes(String text, long expected) {
        assertThat(Texts.size(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "K", "-4K", "4KB", "1.5M", "16E", "99999999999999999999", "0x", "0x0", "０", "4 K"})
    void what_is_no_size_is_refused(String text) {
        assertThatThrownBy(() -> Texts.size(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void a_table_has_numbers_on_the_right() {
        TextTable table = new TextTable("NAME", "COUNT");
        table.row("a", 1);
        table.row("long", 1000);
        StringWriter out = new StringWriter();

        table.print(new PrintWriter(out));

        assertThat(out.toString().lines()).containsExactly("NAME  COUNT", "a         1", "long   1000");
    }

    @Test
    void a_problem_is_one_line_with_its_numbers() {
        String json = """
                {"type":"urn:pagefold:problem:overlaps","title":"Overlaps","status":409,"detail":"It is\\nmapped.",
                 "range":"0x1-0x2","limit":5}""";

        Problem problem = Problem.of(409, json.getBytes(StandardCharsets.UTF_8));

        assertThat(problem.line()).isEqualTo("Overlaps: It is mapped. (range=0x1-0x2, limit=5)");
        assertThat(problem.code()).isEqualTo("overlaps");
        assertThat(Problem.of(500, "<html>".getBytes(StandardCharsets.UTF_8)).line())
                .contains("500");
        assertThat(Problem.of(500, new byte[0]).line()).contains("500");
    }

    @Test
    void a_json_tree_answers_missing_for_what_is_not_there() throws IOException {
        JsonTree tree = JsonTree.parse("{\"a\":[1,{\"b\":null}],\"c\":\"x\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(tree.get("a").items().get(1).get("b").isMissing()).isTrue();
        assertThat(tree.get("a").items().get(0).number()).isEqualTo(1);
        assertThat(tree.get("c").get("d").text()).isEmpty();
        assertThat(tree.text()).isEqualTo("a=1,b= c=x");
        assertThatThrownBy(() -> JsonTree.parse("{\"a\":[1".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }
}
