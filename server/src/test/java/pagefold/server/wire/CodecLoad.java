package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import pagefold.model.MemoryEvent;

/** Measures how many events a second one thread encodes and decodes; prints one line a round. */
final class CodecLoad {
    private static final int EVENTS = 1_000_000;
    private static final int ROUNDS = 5;

    private CodecLoad() {}

    public static void main(String[] args) throws IOException {
        RandomModel model = new RandomModel(new SplittableRandom(1));
        List<MemoryEvent> events = new ArrayList<>(EVENTS);
        for (int i = 0; i < EVENTS; i++) {
            events.add(model.ordinaryEvent(i));
        }
        for (int round = 1; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            ByteArrayOutputStream out = new ByteArrayOutputStream(300 * EVENTS);
            try (JsonGenerator generator = WireJson.FACTORY.createGenerator(out)) {
                generator.writeStartArray();
                for (MemoryEvent event : events) {
                    EventCodec.write(generator, event);
                }
                generator.writeEndArray();
            }
            long encoded = System.nanoTime();
            byte[] json = out.toByteArray();
            long begin = System.nanoTime();
            EventCodec codec = new EventCodec();
            int read = 0;
            try (JsonParser parser = WireJson.FACTORY.createParser(json)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    read += codec.read(parser).equals(events.get(read)) ? 1 : 0;
                }
            }
            long decoded = System.nanoTime();
            System.out.printf(
                    "round %d: encode %,.0f events/s, decode %,.0f events/s (%d of %d equal, %d bytes an event)%n",
                    round,
                    EVENTS * 1e9 / (encoded - start),
                    EVENTS * 1e9 / (decoded - begin),
                    read,
                    EVENTS,
                    json.length / EVENTS);
        }
    }
}
