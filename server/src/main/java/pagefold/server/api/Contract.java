package pagefold.server.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The contract, {@code openapi.yaml}: as it is served, and as the router of this Vert.x can take it. */
final class Contract {
    static final String RESOURCE = "openapi.yaml";

    private final byte[] yaml;

    private Contract(byte[] yaml) {
        this.yaml = yaml;
    }

    /** Reads the resource. */
    static Contract read() throws IOException {
        return new Contract(resource(RESOURCE));
    }

    /** The bytes of a document that comes with the server. */
    static byte[] resource(String name) throws IOException {
        try (InputStream in = Contract.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is not on the class path");
            }
            return in.readAllBytes();
        }
    }

    /** What each operation asks of its caller, by its id. */
    Map<String, Need> needs() throws IOException {
        Map<String, Object> document = new YAMLMapper().readValue(yaml, new TypeReference<>() {});
        Map<String, Need> needs = new HashMap<>();
        Map<?, ?> paths = document.get("paths") instanceof Map<?, ?> found ? found : Map.of();
        for (Object path : paths.values()) {
            for (Object part : path instanceof Map<?, ?> parts ? parts.values() : List.of()) {
                if (part instanceof Map<?, ?> operation && operation.get("operationId") != null) {
                    Need need = Need.of(operation.get(Need.FIELD));
                    if (need == null) {
                        throw new IOException("expected " + Need.FIELD + " of the operation "
                                + operation.get("operationId") + " in " + RESOURCE + " to be one of "
                                + List.of(Need.values()) + " in lower case, but it is " + operation.get(Need.FIELD));
                    }
                    needs.put(String.valueOf(operation.get("operationId")), need);
                }
            }
        }
        return needs;
    }

    /** The document as it is written. */
    byte[] yaml() {
        return yaml.clone();
    }

    /**
     * The document for the router, which looks at parameters only: the forms of bodies are left out of it. It copies all
     * forms that it knows for every parameter of every request, and it refuses media types that it does not know.
     */
    Future<OpenAPIContract> forRouter(Vertx vertx) {
        Map<String, Object> document;
        try {
            document = new YAMLMapper().readValue(yaml, new TypeReference<>() {});
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        // Callers are looked at by the guard.
        document.remove("security");
        leaveOutBodies(document);
        leaveOutUnusedForms(document);
        leaveOutUntyped(document);
        return OpenAPIContract.from(vertx, new JsonObject(document)).map(ParameterContract::of);
    }

    private static void leaveOutBodies(@Nullable Object node) {
        switch (node) {
            case Map<?, ?> map -> {
                if (map.get("content") instanceof Map<?, ?> content) {
                    content.keySet().removeIf(type -> !MediaType.isMediaTypeSupported(String.valueOf(type)));
                    content.values().forEach(type -> ((Map<?, ?>) type).clear());
                    if (content.isEmpty()) {
                        map.remove("content");
                    }
                }
                map.values().forEach(Contract::leaveOutBodies);
            }
            case List<?> list -> list.forEach(Contract::leaveOutBodies);
            case null, default -> {}
        }
    }

    /** Leaves out the schemas that nothing else refers to, until there are no more of them. */
    private static void leaveOutUnusedForms(Map<String, Object> document) {
        if (document.get("components") instanceof Map<?, ?> components
                && components.get("schemas") instanceof Map<?, ?> schemas) {
            boolean changed = true;
            while (changed) {
                Set<Object> used = new HashSet<>();
                addReferences(document, used);
                changed = schemas.keySet().removeIf(name -> !used.contains("#/components/schemas/" + name));
            }
        }
    }

    private static void addReferences(@Nullable Object node, Set<Object> references) {
        switch (node) {
            case Map<?, ?> map -> {
                if (map.get("$ref") instanceof String reference) {
                    references.add(reference);
                }
                map.values().forEach(value -> addReferences(value, references));
            }
            case List<?> list -> list.forEach(value -> addReferences(value, references));
            case null, default -> {}
        }
    }

    /**
     * Parameters without a type, which the router refuses, are left out too: versions, of which it would read 1.0 as a
     * number. Who takes them checks them.
     */
    private static void leaveOutUntyped(Map<String, Object> document) {
        Set<String> untyped = new HashSet<>();
        if (document.get("components") instanceof Map<?, ?> components
                && components.get("parameters") instanceof Map<?, ?> parameters) {
            parameters.forEach((name, parameter) -> {
                if (isUntyped(parameter)) {
                    untyped.add("#/components/parameters/" + name);
                }
            });
        }
        leaveOut(document, untyped);
    }

    private static boolean isUntyped(@Nullable Object parameter) {
        return parameter instanceof Map<?, ?> map
                && map.get("schema") instanceof Map<?, ?> schema
                && !schema.containsKey("type")
                && !schema.containsKey("$ref");
    }

    private static void leaveOut(@Nullable Object node, Set<String> untyped) {
        switch (node) {
            case Map<?, ?> map -> {
                if (map.get("parameters") instanceof List<?> parameters) {
                    parameters.removeIf(parameter -> isUntyped(parameter)
                            || parameter instanceof Map<?, ?> reference && untyped.contains(reference.get("$ref")));
                }
                map.values().forEach(value -> leaveOut(value, untyped));
            }
            case List<?> list -> list.forEach(value -> leaveOut(value, untyped));
            case null, default -> {}
        }
    }
}
