package pagefold.model;

/**
 * An inclusive run of addresses, compared unsigned.
 *
 * <p>The last address is part of the range, so that a range may end at the top of the 64-bit space. It is shown
 * half-open, as the kernel's dumps are.
 *
 * @param start first address, any value
 * @param last last address, not below {@code start} (unsigned)
 */
public record AddressRange(long start, long last) implements Comparable<AddressRange> {

    public AddressRange {
        if (Long.compareUnsigned(start, last) > 0) {
            throw new IllegalArgumentException(
                    "expected start <= last, but start is " + Hex.address(start) + " and last is " + Hex.address(last));
        }
    }

    /**
     * The range of {@code size} bytes from {@code start}.
     *
     * @param size bytes, unsigned, at least 1
     * @throws IllegalArgumentException when the size is 0 or the range would wrap round the top of the space
     */
    public static AddressRange ofSize(long start, long size) {
        if (size == 0) {
            throw new IllegalArgumentException("expected a size of at least 1 byte, but it is 0");
        }
        long last = start + (size - 1);
        if (Long.compareUnsigned(last, start) < 0) {
            throw new IllegalArgumentException("expected a range below 2^64, but " + Hex.address(start) + " + "
                    + Hex.address(size) + " wraps round");
        }
        return new AddressRange(start, last);
    }

    /** Size in bytes, unsigned; 0 stands for 2^64, the whole space. */
    public long size() {
        return last - start + 1;
    }

    public boolean contains(long address) {
        return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, last) <= 0;
    }

    public boolean contains(AddressRange other) {
        return contains(other.start) && contains(other.last);
    }

    public boolean overlaps(AddressRange other) {
        return Long.compareUnsigned(start, other.last) <= 0 && Long.compareUnsigned(other.start, last) <= 0;
    }

    /** The common part; only for ranges that overlap. */
    public AddressRange intersection(AddressRange other) {
        return new AddressRange(
                Long.compareUnsigned(start, other.start) >= 0 ? start : other.start,
                Long.compareUnsigned(last, other.last) <= 0 ? last : other.last);
    }

    /** Whether both ends lie on multiples of {@code alignment}, a power of two. */
    public boolean isAligned(long alignment) {
        return ((start | (last + 1)) & (alignment - 1)) == 0;
    }

    /** The smallest range of whole units of {@code alignment} (a power of two) that covers this one. */
    public AddressRange widened(long alignment) {
        return new AddressRange(start & -alignment, last | (alignment - 1));
    }

    @Override
    public int compareTo(AddressRange other) {
        int byStart = Long.compareUnsigned(start, other.start);
        return byStart != 0 ? byStart : Long.compareUnsigned(last, other.last);
    }

    /** Half-open, as in {@code 0x0000000000400000-0x0000000000401000}; the top of the space shows as 0. */
    @Override
    public String toString() {
        return Hex.address(start) + "-" + Hex.address(last + 1);
    }
}
