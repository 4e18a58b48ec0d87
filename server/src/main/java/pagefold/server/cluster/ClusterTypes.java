package pagefold.server.cluster;

import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** The types that members send to each other, by numbers that never change. */
final class ClusterTypes implements DataSerializableFactory {
    /** Number of this factory. */
    static final int FACTORY = 1901;

    static final int KEEP_IMAGE = 1;
    static final int READ_HEADER = 2;

    @Override
    public IdentifiedDataSerializable create(int type) {
        return switch (type) {
            case KEEP_IMAGE -> new KeepImage();
            case READ_HEADER -> new ReadHeader();
            default -> throw new IllegalArgumentException("expected a known type, but it is " + type);
        };
    }
}
