package pagefold.server.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import org.jspecify.annotations.Nullable;

/** Of two images of one simulation, after two parts of a cluster have found each other: the higher one. */
public final class HigherPositionWins implements SplitBrainMergePolicy<byte[], MergingValue<byte[]>, byte[]> {

    /** For Hazelcast, which makes it by name. */
    public HigherPositionWins() {}

    @Override
    public byte[] merge(MergingValue<byte[]> merging, @Nullable MergingValue<byte[]> existing) {
        byte[] one = merging.getDeserializedValue();
        byte @Nullable [] other = existing == null ? null : existing.getDeserializedValue();
        return other == null || ImageBytes.isHigher(one, other) ? one : other;
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
}
