package pagefold.server.space;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Immutable messages over the event bus of this node, handed over by reference. */
final class LocalBus {
    private static final String CODEC = "pagefold-local";
    /** Longer than any check, apply or read within the limits takes. */
    private static final long ANSWER_TIMEOUT_MILLIS = 600_000;

    private LocalBus() {}

    /** Makes the bus ready for {@link #options}; once for a bus. */
    static void register(EventBus bus) {
        bus.registerCodec(new ByReference());
    }

    static DeliveryOptions options() {
        return new DeliveryOptions()
                .setCodecName(CODEC)
                .setLocalOnly(true)
                .setSendTimeout(ANSWER_TIMEOUT_MILLIS)
                .setTracingPolicy(io.vertx.core.tracing.TracingPolicy.IGNORE);
    }

    private static final class ByReference implements MessageCodec<Object, Object> {
        @Override
        public void encodeToWire(Buffer buffer, Object message) {
            throw new IllegalStateException("expected a local delivery, but a message of type "
                    + message.getClass().getName() + " was to leave the node");
        }

        @Override
        public Object decodeFromWire(int position, Buffer buffer) {
            throw new IllegalStateException("expected a local delivery, but bytes came from another node");
        }

        @Override
        public Object transform(Object message) {
            return message;
        }

        @Override
        public String name() {
            return CODEC;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
