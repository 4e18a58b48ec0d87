package pagefold.server.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts an image, unless a higher one is there; runs where the entry is, and where its backup is. */
final class KeepImage implements EntryProcessor<String, byte[], Boolean>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1;

    private byte[] image = new byte[0];

    KeepImage() {}

    KeepImage(byte[] image) {
        this.image = image;
    }

    @Override
    public Boolean process(Map.Entry<String, byte[]> entry) {
        byte @Nullable [] old = entry.getValue();
        boolean keeps = old == null || ImageBytes.isHigher(image, old);
        if (keeps) {
            entry.setValue(image);
        }
        return keeps;
    }

    @Override
    public int getFactoryId() {
        return ClusterTypes.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterTypes.KEEP_IMAGE;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeByteArray(image);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        byte @Nullable [] read = in.readByteArray();
        image = read == null ? new byte[0] : read;
    }
}
