package pagefold.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinksTest {

    @Test
    void every_relative_link_leads_somewhere() throws IOException {
        List<String> broken = new ArrayList<>();

        for (Markdown page : Markdown.all()) {
            for (String link : page.links()) {
                if (!leadsSomewhere(page, link)) {
                    broken.add(page.path() + ": " + link);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Markdown page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page.path() : page.path().resolveSibling(parts[0]);
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1
                || new Markdown(target, Files.readString(target)).anchors().contains(parts[1]);
    }

    @Test
    void every_decision_is_in_the_list_of_decisions() throws IOException {
        Markdown list = Markdown.read("docs/adr/README.md");

        List<String> decisions = Markdown.all().stream()
                .map(Markdown::path)
                .filter(path -> path.getParent().endsWith("docs/adr"))
                .map(path -> path.getFileName().toString())
                .filter(name -> !name.equals("README.md"))
                .toList();

        assertThat(list.links()).containsExactlyElementsOf(decisions);
    }
}
