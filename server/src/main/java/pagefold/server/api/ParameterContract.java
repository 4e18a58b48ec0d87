package pagefold.server.api;

import io.vertx.core.file.FileSystem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.OpenAPIVersion;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.contract.SecurityRequirement;
import io.vertx.openapi.contract.SecurityScheme;
import io.vertx.openapi.contract.Server;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A contract whose parameters keep their validators.
 *
 * <p>The router asks for a new validator for every parameter of every request, and a new one begins with a copy of all
 * schemas; a profile showed it to take more of a walk than the walk. A validator has nothing that changes and serves
 * any thread.
 */
record ParameterContract(OpenAPIContract contract, SchemaRepository schemas) implements OpenAPIContract {

    /** The same contract with validators that are used again. */
    static OpenAPIContract of(OpenAPIContract contract) {
        return new ParameterContract(contract, new KeptValidators(contract.getSchemaRepository()));
    }

    @Override
    public SchemaRepository getSchemaRepository() {
        return schemas;
    }

    @Override
    public Operation operation(String operationId) {
        return contract.operation(operationId);
    }

    @Override
    public List<Operation> operations() {
        return contract.operations();
    }

    @Override
    public List<Path> getPaths() {
        return contract.getPaths();
    }

    @Override
    public JsonObject getRawContract() {
        return contract.getRawContract();
    }

    @Override
    public OpenAPIVersion getVersion() {
        return contract.getVersion();
    }

    @Override
    public List<Server> getServers() {
        return contract.getServers();
    }

    @Override
    public Path findPath(String urlPath) {
        return contract.findPath(urlPath);
    }

    @Override
    public Operation findOperation(String urlPath, HttpMethod method) {
        return contract.findOperation(urlPath, method);
    }

    @Override
    public List<SecurityRequirement> getSecurityRequirements() {
        return contract.getSecurityRequirements();
    }

    @Override
    public SecurityScheme securityScheme(String name) {
        return contract.securityScheme(name);
    }

    /** Schemas, each with the validator that was made for it first: as many as the contract has schemas. */
    private static final class KeptValidators implements SchemaRepository {
        private final SchemaRepository schemas;
        private final Map<JsonSchema, Validator> validators = new IdentityHashMap<>();

        KeptValidators(SchemaRepository schemas) {
            this.schemas = schemas;
        }

        @Override
        public synchronized Validator validator(JsonSchema schema) {
            return validators.computeIfAbsent(schema, schemas::validator);
        }

        @Override
        public Validator validator(String ref) {
            return schemas.validator(ref);
        }

        @Override
        public Validator validator(String ref, JsonSchemaOptions options) {
            return schemas.validator(ref, options);
        }

        @Override
        public Validator validator(JsonSchema schema, JsonSchemaOptions options, boolean dereference) {
            return schemas.validator(schema, options, dereference);
        }

        @Override
        public SchemaRepository dereference(JsonSchema schema) {
            schemas.dereference(schema);
            return this;
        }

        @Override
        public SchemaRepository dereference(String uri, JsonSchema schema) {
            schemas.dereference(uri, schema);
            return this;
        }

        @Override
        public SchemaRepository preloadMetaSchema(FileSystem files) {
            schemas.preloadMetaSchema(files);
            return this;
        }

        @Override
        public SchemaRepository preloadMetaSchema(FileSystem files, Draft draft) {
            schemas.preloadMetaSchema(files, draft);
            return this;
        }

        @Override
        public JsonObject resolve(JsonObject schema) {
            return schemas.resolve(schema);
        }

        @Override
        public JsonSchema find(String pointer) {
            return schemas.find(pointer);
        }
    }
}
