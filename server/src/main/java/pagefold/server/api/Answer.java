package pagefold.server.api;

import pagefold.server.wire.WireJson;

/** The answer to a read, made where the model is: bytes of a type, or a problem. */
sealed interface Answer {

    /** The bytes. */
    record Body(String contentType, byte[] bytes) implements Answer {}

    /** There is no such thing. */
    record Missing(Problem problem) implements Answer {}

    static Answer json(WireJson.ValueWriter writer) {
        return new Body(Json.CONTENT_TYPE, Json.line(writer));
    }
}
