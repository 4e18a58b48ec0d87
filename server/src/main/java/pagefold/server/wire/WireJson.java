package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The one JSON factory of the server: UTF-8 only, strict, with limits on everything. */
public final class WireJson {
    /** Deepest nesting of objects and arrays. */
    public static final int MAX_DEPTH = 16;
    /** Longest string, in characters. */
    public static final int MAX_STRING_LENGTH = 8192;
    /** Longest name of a field, in characters. */
    public static final int MAX_NAME_LENGTH = 64;
    /** Largest document with one event or command, in bytes. */
    public static final int MAX_DOCUMENT_BYTES = 64 << 10;

    private static final int MAX_NUMBER_LENGTH = 20;

    /** Makes parsers and generators; safe for all threads, virtual ones too. */
    public static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .build();

    private WireJson() {}

    /** Reads one value from a parser. */
    @FunctionalInterface
    public interface ValueReader<T> {
        /** The value whose first token is the parser's current one. */
        T read(JsonParser parser) throws IOException;
    }

    /**
     * Reads a document that is one value and nothing else.
     *
     * @throws MalformedJson when it is too large, no JSON, followed by anything, or not what {@code reader} expects
     */
    public static <T> T decode(byte[] json, ValueReader<T> reader) {
        if (json.length > MAX_DOCUMENT_BYTES) {
            throw new MalformedJson(
                    "", "a document of at most " + MAX_DOCUMENT_BYTES + " bytes", "one of " + json.length);
        }
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new MalformedJson("", "a JSON value", "nothing");
            }
            T value = reader.read(parser);
            if (parser.nextToken() != null) {
                throw new MalformedJson("", "the end of the document", Found.token(parser) + " behind the value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (IOException e) {
            // The parser's own character conversion says bad UTF-8 with a plain IOException; bytes have no other.
            throw new MalformedJson("", "JSON in UTF-8", String.valueOf(e.getMessage()));
        }
    }

    /** What a parser complained of, as our own exception, without the parser's internals. */
    public static MalformedJson malformed(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        String what = e.getOriginalMessage().replaceAll("\\s*\\n.*", "");
        return new MalformedJson("", "JSON", "something else" + where + ": " + what);
    }

    /** Writes one value with a generator. */
    @FunctionalInterface
    public interface ValueWriter {
        /** Writes the value. */
        void write(JsonGenerator generator) throws IOException;
    }

    /** The bytes of one document. */
    public static byte[] encode(ValueWriter writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            writer.write(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("expected to write JSON to memory, but it failed", e);
        }
        return out.toByteArray();
    }
}
