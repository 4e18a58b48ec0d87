package pagefold.arm64.descriptor;

import static pagefold.arm64.descriptor.Descriptor.bits;

/**
 * Where a descriptor keeps the bits of an address, of a leaf and of a next table alike (Arm ARM D8.3.1).
 *
 * <pre>
 *               word bit  49 48 47            16 15   12 11 10 9  8
 *                        +-----+----------------+-------+-----+----+
 * PA_48                  |  -  |          address[47:m]       |  - |
 * LPA_64K                |  -  | address[47:16] | [51:48]     |  - |
 * LPA2                   |    address[49:m]                   |51:50|
 *                        +-----+----------------+-------+-----+----+
 * </pre>
 */
public enum OutputEncoding {
    /** Addresses of 48 bits. */
    PA_48(47, 0, 0),
    /** Addresses of 52 bits with 64K pages (FEAT_LPA). */
    LPA_64K(47, bits(15, 12), 36),
    /** Addresses of 52 bits with 4K or 16K pages (FEAT_LPA2, TCR.DS = 1); descriptors have no SH field. */
    LPA2(49, bits(9, 8), 42);

    private final int inPlaceHigh;
    private final long highMask;
    private final int highShift;

    OutputEncoding(int inPlaceHigh, long highMask, int highShift) {
        this.inPlaceHigh = inPlaceHigh;
        this.highMask = highMask;
        this.highShift = highShift;
    }

    /** The bits of a word that hold the address in place, down to bit {@code low}. */
    public long inPlace(int low) {
        return bits(inPlaceHigh, low);
    }

    /** The bits of a word that hold the address's highest bits, or 0. */
    public long highMask() {
        return highMask;
    }

    /** How far up {@link #highMask} is to be shifted. */
    public int highShift() {
        return highShift;
    }

    /** All the address bits of a word whose leaf or table is aligned to {@code 2^low} bytes. */
    public long mask(int low) {
        return inPlace(low) | highMask;
    }

    /** How many bits an address can have. */
    public int addressBits() {
        return this == PA_48 ? 48 : 52;
    }

    /** The address in a word, aligned down to {@code 2^low} bytes; what is below is not part of it. */
    public long decode(long word, int low) {
        return word & inPlace(low) | (word & highMask) << highShift;
    }

    /**
     * The address bits of a word.
     *
     * @param address aligned to the leaf or table, below {@code 2^addressBits}
     */
    public long encode(long address) {
        return address & bits(inPlaceHigh, 0) | address >>> highShift & highMask;
    }

    /** The bits of TTBR for a root: bits 51:48 of the address are at 5:2 in the forms of 52 bits. */
    public long encodeRoot(long address) {
        return this == PA_48 ? address : address & bits(47, 6) | address >>> 46 & bits(5, 2);
    }
}
