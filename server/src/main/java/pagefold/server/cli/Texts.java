package pagefold.server.cli;

import pagefold.model.AddressRange;
import pagefold.model.Hex;
import pagefold.model.Names;
import pagefold.model.Permissions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What users type: addresses, sizes, permissions, names. */
final class Texts {
    private static final String UNITS = "KMGTPE";

    private Texts() {}

    /** An address, {@code 0x} and 1 to 16 digits. */
    static final class Address implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Hex.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A size in bytes: {@code 4096}, {@code 0x1000}, {@code 4K}, {@code 2M}, {@code 1G}. */
    static final class Size implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return size(text);
        }
    }

    /** Permissions, {@code rw-/r--}. */
    static final class PermissionText implements ITypeConverter<Permissions> {
        @Override
        public Permissions convert(String text) {
            try {
                return Permissions.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    static long size(String text) {
        try {
            if (text.startsWith("0x") || text.startsWith("0X")) {
                return positive(Hex.parse(text), text);
            }
            int unit = text.isEmpty() ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
            String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
            if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw malformedSize(text);
            }
            long value = Long.parseLong(digits);
            int shift = 10 * (unit + 1);
            if (value << shift >>> shift != value) {
                throw malformedSize(text);
            }
            return positive(value << shift, text);
        } catch (IllegalArgumentException e) {
            throw malformedSize(text);
        }
    }

    private static long positive(long size, String text) {
        if (size == 0) {
            throw malformedSize(text);
        }
        return size;
    }

    private static TypeConversionException malformedSize(String text) {
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        return new TypeConversionException(
                "expected a size of at least 1 byte as in 4096, 0x1000, 4K, 2M or 1G, but found '" + shown + "'");
    }

    /** A range of a size from an address; a usage error where it wraps round. */
    static AddressRange range(long start, long size) {
        try {
            return AddressRange.ofSize(start, size);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    /** The name of a simulation or space, which may stand in a path as it is. */
    static String name(String what, String name) {
        if (!Names.isValid(name)) {
            throw CliFailure.usage("expected the name of a " + what + " of 1 to " + Names.MAX_LENGTH
                    + " letters, digits, dots, underscores or hyphens");
        }
        return name;
    }
}
