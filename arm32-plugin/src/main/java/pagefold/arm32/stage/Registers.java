package pagefold.arm32.stage;

import java.util.Map;

/**
 * The registers of a capture, by their names in the Arm ARM (G8.2).
 *
 * @param values of 32 or 64 bits
 */
public record Registers(Map<String, Long> values) {

    public Registers {
        values = Map.copyOf(values);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * A register that must be there.
     *
     * @throws IllegalArgumentException when it is not; the sentence names it
     */
    public long get(String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("expected the register " + name + " in the capture, but it is missing");
        }
        return value;
    }

    public long getOr(String name, long otherwise) {
        return values.getOrDefault(name, otherwise);
    }
}
