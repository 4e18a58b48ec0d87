package pagefold.arm64.descriptor;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.Hex;
import pagefold.table.Walk.Field;

/**
 * Words for people: what a descriptor is, and its fields from high to low bits under their names in the Arm ARM.
 *
 * @param geometry of the tables that it is in
 * @param use what reads it
 */
public record DescriptorText(Vmsa64Geometry geometry, Use use) {
    private static final String[] SHAREABILITIES = {"not shareable", "reserved", "outer shareable", "inner shareable"};
    private static final String[] STAGE_2_EXECUTE = {
        "EL1 and EL0 may execute", "EL0 may execute", "nobody may execute", "EL1 may execute"
    };

    /** The regimes that read fields differently. */
    public enum Use {
        TWO_RANGES,
        ONE_RANGE,
        STAGE_2
    }

    /** What a word of this level is: {@code table at …}, {@code block of 2M at …}, {@code page at …}, {@code invalid}. */
    public String meaning(long word, int level) {
        if (!Descriptor.isValid(word)) {
            return word == 0 ? "invalid" : "invalid, the rest is software's";
        }
        if (Descriptor.isTable(word, level)) {
            return "table at " + Hex.address(geometry.encoding().decode(word, geometry.granuleBits()));
        }
        if (level == Vmsa64Geometry.LAST_LEVEL) {
            return Descriptor.isPage(word) ? "page at " + output(word, level) : "reserved, so invalid";
        }
        return geometry.allowsBlock(level)
                ? "block of " + Hex.size(geometry.entrySize(level)) + " at " + output(word, level)
                : "a block where none may be, so invalid";
    }

    private String output(long word, int level) {
        return Hex.address(geometry.encoding().decode(word, geometry.shift(level)));
    }

    /** The fields of a word of this level. */
    public List<Field> fields(long word, int level) {
        Fields fields = new Fields(word);
        if (!Descriptor.isValid(word)) {
            fields.add(63, 1, "IGNORED", word == 0 ? "" : "software's");
            fields.add(0, 0, "Valid", "invalid");
        } else if (Descriptor.isTable(word, level)) {
            table(fields);
        } else {
            leaf(fields, level);
        }
        return List.copyOf(fields.list);
    }

    private void table(Fields fields) {
        if (use != Use.STAGE_2) {
            fields.flag(63, "NSTable", "what follows is Non-secure", "");
            if (use == Use.TWO_RANGES) {
                fields.add(62, 61, "APTable", apTable((int) Descriptor.field(fields.word, 62, 61)));
                fields.flag(60, "UXNTable", "EL0 may not execute", "");
                fields.flag(59, "PXNTable", "privileged code may not execute", "");
            } else {
                fields.flag(62, "APTable[1]", "nobody may write", "");
                fields.flag(60, "XNTable", "nobody may execute", "");
            }
        }
        address(fields, geometry.granuleBits(), "next-level table address");
        fields.add(1, 0, "type", "table");
    }

    private static String apTable(int value) {
        return switch (value) {
            case 0 -> "no restriction";
            case 1 -> "EL0 may not access";
            case 2 -> "nobody may write";
            default -> "EL0 may not access, nobody may write";
        };
    }

    private void leaf(Fields fields, int level) {
        fields.add(62, 59, "PBHA", "page-based hardware attributes");
        fields.add(58, 55, "software", "");
        if (use == Use.STAGE_2) {
            fields.add(54, 53, "XN[1:0]", STAGE_2_EXECUTE[(int) Descriptor.field(fields.word, 54, 53)]);
        } else if (use == Use.TWO_RANGES) {
            fields.flag(54, "UXN", "EL0 may not execute", "EL0 may execute");
            fields.flag(53, "PXN", "privileged code may not execute", "privileged code may execute");
        } else {
            fields.flag(54, "XN", "nobody may execute", "may be executed");
        }
        fields.flag(52, "Contiguous", "one of " + geometry.contiguousEntries(level) + " in a run", "");
        fields.flag(51, "DBM", "hardware may make it writable", "");
        if (use != Use.STAGE_2) {
            fields.flag(50, "GP", "guarded page", "");
        }
        int low = geometry.shift(level);
        address(fields, low, "output address");
        if (level < Vmsa64Geometry.LAST_LEVEL && low > 16) {
            fields.flag(16, "nT", "not to be cached with others", "");
        }
        lowerAttributes(fields);
        fields.add(1, 0, "type", level == Vmsa64Geometry.LAST_LEVEL ? "page" : "block");
    }

    private void lowerAttributes(Fields fields) {
        if (use == Use.TWO_RANGES) {
            fields.flag(11, "nG", "only for its ASID", "for every ASID");
        } else if (use == Use.STAGE_2) {
            fields.flag(11, "FnXS", "maintenance with nXS reaches it", "");
        }
        fields.flag(10, "AF", "accessed", "not accessed yet");
        if (geometry.encoding() != OutputEncoding.LPA2) {
            fields.add(9, 8, "SH", SHAREABILITIES[(int) Descriptor.field(fields.word, 9, 8)]);
        }
        if (use == Use.STAGE_2) {
            fields.flag(7, "S2AP[1]", "may be written", "may not be written");
            fields.flag(6, "S2AP[0]", "may be read", "may not be read");
            fields.add(5, 2, "MemAttr", "");
            return;
        }
        fields.flag(7, "AP[2]", "read-only", "read and write");
        if (use == Use.TWO_RANGES) {
            fields.flag(6, "AP[1]", "EL0 may access", "privileged only");
        }
        fields.flag(5, "NS", "Non-secure", "");
        fields.add(4, 2, "AttrIndx", "byte " + Descriptor.field(fields.word, 4, 2) + " of MAIR");
    }

    private void address(Fields fields, int low, String name) {
        switch (geometry.encoding()) {
            case PA_48 -> fields.add(47, low, name, "");
            case LPA_64K -> {
                fields.add(47, low, name + "[47:" + low + "]", "");
                fields.add(15, 12, name + "[51:48]", "");
            }
            case LPA2 -> {
                fields.add(49, low, name + "[49:" + low + "]", "");
                fields.add(9, 8, name + "[51:50]", "");
            }
        }
    }

    /** Fields in the making, brought into the order of their bits. */
    private static final class Fields {
        private final long word;
        private final List<Field> list = new ArrayList<>();

        Fields(long word) {
            this.word = word;
        }

        void add(int high, int low, String name, String meaning) {
            int at = list.size();
            while (at > 0 && list.get(at - 1).high() < high) {
                at--;
            }
            list.add(at, new Field(high, low, name, Descriptor.field(word, high, low), meaning));
        }

        void flag(int position, String name, String set, String clear) {
            add(position, position, name, Descriptor.field(word, position, position) == 1 ? set : clear);
        }
    }
}
