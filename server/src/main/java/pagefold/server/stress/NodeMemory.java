package pagefold.server.stress;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;

/**
 * What a node says that it has in memory, at {@code /metrics}.
 *
 * @param tableBytes of the tables of open simulations
 * @param imageBytes of the images that it keeps, for itself and as copies of others
 */
record NodeMemory(long tableBytes, long imageBytes) {
    private static final String TABLES = "pagefold_model_table_bytes";
    private static final String IMAGES = "pagefold_cluster_images_bytes";

    static NodeMemory of(PatientClient client, URI server) throws IOException {
        Answer answer = client.send(new Route(List.of(server), 0), Request.get("/metrics"));
        if (answer.status() != 200) {
            throw new IOException("expected the metrics of " + server + ", but it answers " + answer.status());
        }
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        return new NodeMemory(value(text, TABLES), value(text, IMAGES));
    }

    /** The value of a measure; 0 where there is none. */
    static long value(String text, String measure) {
        return text.lines()
                .filter(line -> line.startsWith(measure + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(measure.length() + 1)))
                .findFirst()
                .orElse(0);
    }
}
