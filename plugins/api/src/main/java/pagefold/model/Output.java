package pagefold.model;

import org.jspecify.annotations.Nullable;

/** Where a region leads: a given physical address, or a backing object whose frames the model places. */
public sealed interface Output {

    /**
     * A given physical (or intermediate physical) address: kernels, stage 2, devices.
     *
     * @param address the output of the region's first byte
     */
    record Physical(long address) implements Output {}

    /**
     * A file or anonymous memory; the model places its frames, in its own granule.
     *
     * @param object name of the backing object inside the simulation; the same name means the same memory
     * @param offset bytes into the object of the region's first byte, not negative
     * @param sharing who sees what is written
     */
    record Backed(String object, long offset, Sharing sharing) implements Output {
        public Backed {
            Names.checkObject(object);
            if (offset < 0) {
                throw new IllegalArgumentException("expected an offset of at least 0, but it is " + offset);
            }
        }
    }

    /**
     * One page for all: every page leads to the first page of a backing object, as where a kernel's shadow memory has
     * nothing to say. The tables may be shared as well.
     *
     * @param object name of the backing object inside the simulation
     */
    record Repeated(String object) implements Output {
        public Repeated {
            Names.checkObject(object);
        }
    }

    /** The backing object, if there is one. */
    default @Nullable String backing() {
        return switch (this) {
            case Physical physical -> null;
            case Backed backed -> backed.object();
            case Repeated repeated -> repeated.object();
        };
    }

    /** The output {@code bytes} further on. */
    default Output advanced(long bytes) {
        return switch (this) {
            case Physical(long address) -> new Physical(address + bytes);
            case Backed(String object, long offset, Sharing sharing) ->
                new Backed(object, Math.addExact(offset, bytes), sharing);
            case Repeated repeated -> repeated;
        };
    }
}
