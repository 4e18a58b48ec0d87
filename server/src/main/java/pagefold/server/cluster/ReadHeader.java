package pagefold.server.cluster;

import com.hazelcast.core.ReadOnly;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers what an image is of, and not the image. */
final class ReadHeader implements EntryProcessor<String, byte[], byte[]>, IdentifiedDataSerializable, ReadOnly {
    private static final long serialVersionUID = 1;

    @Override
    public byte @Nullable [] process(Map.Entry<String, byte[]> entry) {
        byte @Nullable [] image = entry.getValue();
        return image == null ? null : ImageBytes.header(image);
    }

    @Override
    public @Nullable EntryProcessor<String, byte[], byte[]> getBackupProcessor() {
        return null;
    }

    @Override
    public int getFactoryId() {
        return ClusterTypes.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterTypes.READ_HEADER;
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
}
