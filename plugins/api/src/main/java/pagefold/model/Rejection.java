package pagefold.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a command was not accepted: an expected answer, with its numbers. Nothing has been written.
 *
 * <p>Every rejection has a stable {@link #code}, a sentence, and its components as fields.
 */
public sealed interface Rejection {

    /** Stable name of this kind of rejection, the last part of the problem type on the wire. */
    String code();

    /** One sentence for people. */
    String sentence();

    /** The numbers, by name, in a fixed order; addresses as text. */
    Map<String, Object> fields();

    record SpaceExists(String space) implements Rejection {
        @Override
        public String code() {
            return "space-exists";
        }

        @Override
        public String sentence() {
            return "The space '" + space + "' exists already.";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space);
        }
    }

    record NoSuchSpace(String space) implements Rejection {
        @Override
        public String code() {
            return "no-such-space";
        }

        @Override
        public String sentence() {
            return "There is no space '" + space + "'.";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space);
        }
    }

    /** The operation is not one of this kind of space. */
    record WrongKind(String space, SpaceKind kind, String operation) implements Rejection {
        @Override
        public String code() {
            return "wrong-kind";
        }

        @Override
        public String sentence() {
            return "The space '" + space + "' is of kind " + kind + ", which cannot " + operation + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "kind", kind.name(), "operation", operation);
        }
    }

    /** Something is mapped where nothing may be. */
    record Overlaps(String space, AddressRange range, AddressRange conflictingRange) implements Rejection {
        @Override
        public String code() {
            return "overlaps";
        }

        @Override
        public String sentence() {
            return "The range " + range + " overlaps " + conflictingRange + ", which is mapped.";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "range", range.toString(), "conflictingRange", conflictingRange.toString());
        }
    }

    /** Nothing is mapped where something must be. */
    record NotMapped(String space, AddressRange range, long firstHole) implements Rejection {
        @Override
        public String code() {
            return "not-mapped";
        }

        @Override
        public String sentence() {
            return "Not all of the range " + range + " is mapped: there is a hole at " + Hex.address(firstHole) + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "range", range.toString(), "firstHole", Hex.address(firstHole));
        }
    }

    /** The output of a region would run past the end of the address space or object. */
    record OutputOutOfRange(String space, AddressRange range, long output) implements Rejection {
        @Override
        public String code() {
            return "output-out-of-range";
        }

        @Override
        public String sentence() {
            return "The range " + range + " with output " + Hex.address(output) + " runs past the last output address.";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "range", range.toString(), "output", Hex.address(output));
        }
    }

    /** A move whose source and destination do not fit each other. */
    record BadMove(String space, AddressRange from, AddressRange to, String reason) implements Rejection {
        @Override
        public String code() {
            return "bad-move";
        }

        @Override
        public String sentence() {
            return "The range " + from + " cannot move to " + to + ": " + reason + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "from", from.toString(), "to", to.toString(), "reason", reason);
        }
    }

    /** The region does not grant the access that was to be simulated. */
    record AccessDenied(String space, long address, Access access, Privilege privilege, Permissions permissions)
            implements Rejection {
        @Override
        public String code() {
            return "access-denied";
        }

        @Override
        public String sentence() {
            return "The address " + Hex.address(address) + " grants " + permissions + ", which is no " + privilege + " "
                    + access + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered(
                    "space",
                    space,
                    "address",
                    Hex.address(address),
                    "access",
                    access.name(),
                    "privilege",
                    privilege.name(),
                    "permissions",
                    permissions.toString());
        }
    }

    /** A limit of the server or the model is reached. */
    record LimitExceeded(String what, long limit, long requested) implements Rejection {
        @Override
        public String code() {
            return "limit-exceeded";
        }

        @Override
        public String sentence() {
            return "The limit of " + Long.toUnsignedString(limit) + " " + what + " would be exceeded: "
                    + Long.toUnsignedString(requested) + " were needed.";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("what", what, "limit", limit, "requested", requested);
        }
    }

    /**
     * The bound profile cannot hold what the event says.
     *
     * @param reason stable name: {@code misaligned}, {@code input-out-of-range}, {@code output-out-of-range},
     *     {@code permissions}, {@code memory-type}, {@code attributes}, {@code leaf-size}
     * @param expected what would have fitted, in words with numbers
     */
    record NotRepresentable(String profile, String space, AddressRange range, String reason, String expected)
            implements Rejection {
        @Override
        public String code() {
            return "not-representable";
        }

        @Override
        public String sentence() {
            return "The profile " + profile + " cannot hold " + range + " (" + reason + "): expected " + expected + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered(
                    "profile",
                    profile,
                    "space",
                    space,
                    "range",
                    range.toString(),
                    "reason",
                    reason,
                    "expected",
                    expected);
        }
    }

    /** The memory of a range is not of the sort that the command is for. */
    record WrongMemory(String space, AddressRange range, String reason) implements Rejection {
        @Override
        public String code() {
            return "wrong-memory";
        }

        @Override
        public String sentence() {
            return "The range " + range + " does not fit the command: " + reason + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "range", range.toString(), "reason", reason);
        }
    }

    /**
     * A live word would change in a way that Linux does not allow without a break ({@code pgattr_change_is_safe}).
     *
     * @param address the first input address that the word translates
     * @param level hardware level of the word
     * @param newWord what would have been written, to the whole leaf
     * @param reason why not, as part of a sentence
     */
    record UnsafeChange(String space, long address, int level, long oldWord, long newWord, String reason)
            implements Rejection {
        @Override
        public String code() {
            return "unsafe-change";
        }

        @Override
        public String sentence() {
            return "The live word " + Hex.address(oldWord) + " of level " + level + " at " + Hex.address(address)
                    + " cannot become " + Hex.address(newWord) + " in place: " + reason + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered(
                    "space",
                    space,
                    "address",
                    Hex.address(address),
                    "level",
                    level,
                    "oldWord",
                    Hex.address(oldWord),
                    "newWord",
                    Hex.address(newWord),
                    "reason",
                    reason);
        }
    }

    /**
     * A process carries no kernel, or one already, or a kernel is carried.
     *
     * @param reason what the space does, as part of a sentence
     */
    record CarriedKernel(String space, String reason) implements Rejection {
        @Override
        public String code() {
            return "carried-kernel";
        }

        @Override
        public String sentence() {
            return "The space '" + space + "' " + reason + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("space", space, "reason", reason);
        }
    }

    /**
     * An entry of the kernel's half in a process's start table is not what the command needs.
     *
     * @param address the first input address that the entry translates
     * @param word the process's
     * @param kernelWord the kernel's own
     * @param reason as part of a sentence
     */
    record StaleEntry(String space, long address, long word, long kernelWord, String reason) implements Rejection {
        @Override
        public String code() {
            return "stale-entry";
        }

        @Override
        public String sentence() {
            return "The entry at " + Hex.address(address) + " of '" + space + "' is " + Hex.address(word)
                    + ", its kernel's is " + Hex.address(kernelWord) + ": " + reason + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered(
                    "space",
                    space,
                    "address",
                    Hex.address(address),
                    "word",
                    Hex.address(word),
                    "kernelWord",
                    Hex.address(kernelWord),
                    "reason",
                    reason);
        }
    }

    /** The bound plugin does not declare what the command needs. */
    record MissingCapability(String capability, String plugin, String profile) implements Rejection {
        @Override
        public String code() {
            return "missing-capability";
        }

        @Override
        public String sentence() {
            return "The plugin " + plugin + " with profile " + profile + " does not declare " + capability + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("capability", capability, "plugin", plugin, "profile", profile);
        }
    }

    /** No plugin, version or profile of that name is there. */
    record NoSuchPlugin(String plugin, String version, String profile, String available) implements Rejection {
        @Override
        public String code() {
            return "no-such-plugin";
        }

        @Override
        public String sentence() {
            return "There is no plugin " + plugin + " " + version + " with profile " + profile + "; there are: "
                    + available + ".";
        }

        @Override
        public Map<String, Object> fields() {
            return ordered("plugin", plugin, "version", version, "profile", profile, "available", available);
        }
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
