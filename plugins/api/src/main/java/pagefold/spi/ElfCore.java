package pagefold.spi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.NavigableMap;
import java.util.TreeMap;
import pagefold.table.PhysicalMemory;

/**
 * The physical memory of a machine in an ELF64 core file: its {@code PT_LOAD} segments by physical address.
 *
 * <p>Only little-endian ELF64 is read. Segments may touch but not overlap; what lies in none reads as zero.
 */
public final class ElfCore implements PhysicalMemory {
    /** Most segments that are read. */
    public static final int MAX_SEGMENTS = 65_535;

    private static final int HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int PT_LOAD = 1;

    private final ByteBuffer bytes;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>(Long::compareUnsigned);

    private record Segment(long address, long last, int offset) {}

    private ElfCore(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a core file.
     *
     * @throws IllegalArgumentException when the bytes are no such file; the sentence says what is wrong with them
     */
    public static ElfCore parse(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        require(content.length >= HEADER_BYTES, "a header of 64 bytes", content.length + " bytes");
        require(bytes.getInt(0) == 0x464c457f, "the ELF magic number", Integer.toHexString(bytes.getInt(0)));
        require(bytes.get(4) == 2 && bytes.get(5) == 1, "a little-endian ELF64 file", "another class or byte order");
        long headers = bytes.getLong(32);
        int size = Short.toUnsignedInt(bytes.getShort(54));
        int count = Short.toUnsignedInt(bytes.getShort(56));
        require(size == PROGRAM_HEADER_BYTES || count == 0, "program headers of 56 bytes", size + " bytes");
        require(
                headers >= 0 && headers <= content.length - (long) count * PROGRAM_HEADER_BYTES,
                count + " program headers within the file",
                "they start at " + headers + " of " + content.length);
        ElfCore core = new ElfCore(bytes);
        for (int i = 0; i < count; i++) {
            core.add((int) headers + i * PROGRAM_HEADER_BYTES);
        }
        return core;
    }

    private void add(int header) {
        if (bytes.getInt(header) != PT_LOAD) {
            return;
        }
        long offset = bytes.getLong(header + 8);
        long address = bytes.getLong(header + 24);
        long size = bytes.getLong(header + 32);
        if (size == 0) {
            return;
        }
        require(
                offset >= 0 && size > 0 && offset <= bytes.limit() && size <= bytes.limit() - offset,
                "a segment within the file",
                "offset " + offset + " and size " + size + " of " + bytes.limit());
        long last = address + size - 1;
        require(Long.compareUnsigned(address, last) <= 0, "a segment below 2^64", "one that wraps round");
        var before = segments.floorEntry(last);
        require(
                before == null || Long.compareUnsigned(before.getValue().last, address) < 0,
                "segments that do not overlap",
                "two that do");
        segments.put(address, new Segment(address, last, (int) offset));
    }

    private static void require(boolean holds, String expected, String found) {
        if (!holds) {
            throw new IllegalArgumentException("not a core file: expected " + expected + ", but found " + found);
        }
    }

    @Override
    public long load64(long address) {
        var found = segments.floorEntry(address);
        if (found == null) {
            return 0;
        }
        Segment segment = found.getValue();
        if (Long.compareUnsigned(address, segment.last) <= 0 && segment.last - address >= 7) {
            return bytes.getLong(segment.offset + (int) (address - segment.address));
        }
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word |= (long) load8(address + i) << 8 * i;
        }
        return word;
    }

    private int load8(long address) {
        var found = segments.floorEntry(address);
        if (found == null || Long.compareUnsigned(address, found.getValue().last) > 0) {
            return 0;
        }
        Segment segment = found.getValue();
        return Byte.toUnsignedInt(bytes.get(segment.offset + (int) (address - segment.address)));
    }
}
