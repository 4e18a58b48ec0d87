package pagefold.arm64.capture;

import java.util.Map;
import pagefold.arm64.descriptor.Descriptor;

/** The registers of a capture. */
record Registers(Map<String, Long> values) {

    Registers {
        values = Map.copyOf(values);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * A register that must be there.
     *
     * @throws IllegalArgumentException when it is not
     */
    long get(String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("expected register " + name + " in the capture, but it is missing");
        }
        return value;
    }

    long getOr(String name, long otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    static boolean bit(long register, int position) {
        return (register & Descriptor.bit(position)) != 0;
    }

    static int field(long register, int high, int low) {
        return (int) Descriptor.field(register, high, low);
    }
}
