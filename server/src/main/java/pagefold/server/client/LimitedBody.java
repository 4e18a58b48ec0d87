package pagefold.server.client;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes the body of an answer into memory, up to a number of bytes. */
final class LimitedBody implements BodySubscriber<byte[]> {
    private final int limit;
    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private long length;

    /** There is more of it than may be. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;

        TooLarge(int limit) {
            super("the answer has more than " + limit + " bytes");
        }
    }

    private LimitedBody(int limit) {
        this.limit = limit;
    }

    /** Of answers; the body of one that is larger fails with {@link TooLarge}. */
    static BodyHandler<byte[]> of(int limit) {
        return info -> new LimitedBody(limit);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        bytes.getBody().thenAccept(whole::complete);
        bytes.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        length += item.stream().mapToLong(ByteBuffer::remaining).sum();
        if (length <= limit) {
            bytes.onNext(item);
        } else if (whole.completeExceptionally(new TooLarge(limit)) && subscription != null) {
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable cause) {
        whole.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
        bytes.onComplete();
    }
}
