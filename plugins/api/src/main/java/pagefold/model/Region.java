package pagefold.model;

/**
 * A run of one space with one output and one set of attributes.
 *
 * @param range the addresses
 * @param output where the first byte leads; the others follow
 * @param attributes the same for all of it
 * @param valid whether it translates; a kernel may make its own memory invalid and keep everything else
 */
public record Region(AddressRange range, Output output, Attributes attributes, boolean valid) {

    /** A region that translates. */
    public Region(AddressRange range, Output output, Attributes attributes) {
        this(range, output, attributes, true);
    }

    /** The part of this region inside {@code part}, which must lie within it. */
    public Region slice(AddressRange part) {
        return part.equals(range)
                ? this
                : new Region(part, output.advanced(part.start() - range.start()), attributes, valid);
    }

    public Region withAttributes(Attributes changed) {
        return new Region(range, output, changed, valid);
    }

    /** The same, translating or not. */
    public Region withValid(boolean changed) {
        return new Region(range, output, attributes, changed);
    }

    /** Whether {@code next} begins where this one ends and differs in nothing else, so that both are one region. */
    boolean joins(Region next) {
        return range.last() != -1L
                && range.last() + 1 == next.range.start()
                && attributes.equals(next.attributes)
                && valid == next.valid
                && follows(next.output);
    }

    private boolean follows(Output next) {
        long size = range.size();
        return switch (output) {
            case Output.Physical(long address) ->
                next instanceof Output.Physical(long other) && other == address + size;
            case Output.Backed(String object, long offset, Sharing sharing) ->
                next instanceof Output.Backed(String object2, long offset2, Sharing sharing2)
                        && offset2 == offset + size
                        && sharing == sharing2
                        && object.equals(object2);
            case Output.Repeated repeated -> repeated.equals(next);
        };
    }

    Region joined(Region next) {
        return new Region(new AddressRange(range.start(), next.range.last()), output, attributes, valid);
    }
}
