package pagefold.server.wire;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.MemoryType;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;

/** The words of the model's enumerations, on the wire and on the command line. */
public final class WireText {
    /** Kinds of spaces. */
    public static final Words<SpaceKind> SPACE_KINDS = new Words<>(SpaceKind.values(), WireText::text);
    /** Memory types. */
    public static final Words<MemoryType> MEMORY_TYPES = new Words<>(MemoryType.values(), MemoryType::text);
    /** Shareability domains. */
    public static final Words<Shareability> SHAREABILITIES = new Words<>(Shareability.values(), WireText::text);
    /** Who sees what is written. */
    public static final Words<Sharing> SHARINGS = new Words<>(Sharing.values(), WireText::text);
    /** Kinds of accesses. */
    public static final Words<Access> ACCESSES = new Words<>(Access.values(), WireText::text);
    /** Who makes an access. */
    public static final Words<Privilege> PRIVILEGES = new Words<>(Privilege.values(), WireText::text);
    /** What happens to what does not fit. */
    public static final Words<Coarsening> COARSENINGS = new Words<>(Coarsening.values(), WireText::text);

    /** What becomes of tables when memory is unmapped. */
    public static final Words<UnmapPolicy> UNMAP_POLICIES = new Words<>(UnmapPolicy.values(), WireText::text);
    /** Changes of kernel memory. */
    public static final Words<MemoryChange> MEMORY_CHANGES = new Words<>(MemoryChange.values(), MemoryChange::text);

    private WireText() {}

    /** The words of one enumeration, both ways. */
    public static final class Words<E> {
        private final Map<String, E> byText = new LinkedHashMap<>();
        private final String choices;

        private Words(E[] values, Function<E, String> text) {
            Arrays.stream(values).forEach(value -> byText.put(text.apply(value), value));
            String[] all = byText.keySet().toArray(String[]::new);
            choices = "\"" + String.join("\", \"", Arrays.copyOf(all, all.length - 1)) + "\" or \""
                    + all[all.length - 1] + "\"";
        }

        /** The value of that name; null when there is none. */
        public @Nullable E of(String text) {
            return byText.get(text);
        }

        /** All words, as in {@code "read", "write" or "execute"}. */
        public String choices() {
            return choices;
        }
    }

    /** The words for constants that are called by their names, in lower case. */
    public static <E extends Enum<E>> Words<E> words(E[] values) {
        return new Words<>(values, value -> value.name().toLowerCase(Locale.ROOT));
    }

    /** Refuses halves of surrogate pairs, which UTF-8 cannot hold. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSurrogatePair(text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 'x')) {
                    throw new MalformedJson("", "Unicode text", "half of a surrogate pair at character " + i);
                }
                i++;
            }
        }
        return text;
    }

    /** The word for a kind of space. */
    public static String text(SpaceKind kind) {
        return switch (kind) {
            case USER -> "user";
            case KERNEL -> "kernel";
            case HYP -> "hyp";
            case STAGE2 -> "stage2";
            case MONITOR -> "monitor";
            case IDMAP -> "idmap";
            case IDMAP_PAGE -> "idmap-page";
            case IDMAP_PAGE_52 -> "idmap-page-52";
        };
    }

    /** The word for a shareability domain. */
    public static String text(Shareability shareability) {
        return switch (shareability) {
            case NON_SHAREABLE -> "non";
            case OUTER_SHAREABLE -> "outer";
            case INNER_SHAREABLE -> "inner";
        };
    }

    /** The word for who sees what is written. */
    public static String text(Sharing sharing) {
        return switch (sharing) {
            case SHARED -> "shared";
            case PRIVATE -> "private";
            case COPY_ON_WRITE -> "copy-on-write";
        };
    }

    /** The word for a kind of access. */
    public static String text(Access access) {
        return switch (access) {
            case READ -> "read";
            case WRITE -> "write";
            case EXECUTE -> "execute";
        };
    }

    /** The word for who makes an access. */
    public static String text(Privilege privilege) {
        return switch (privilege) {
            case PRIVILEGED -> "privileged";
            case UNPRIVILEGED -> "unprivileged";
        };
    }

    /** The word for what becomes of tables. */
    public static String text(UnmapPolicy policy) {
        return switch (policy) {
            case FREE_TABLES -> "free-tables";
            case KEEP_TABLES -> "keep-tables";
            case HOT_REMOVE -> "hot-remove";
        };
    }

    /** The word for what happens to what does not fit. */
    public static String text(Coarsening coarsening) {
        return switch (coarsening) {
            case REJECT -> "reject";
            case WIDEN -> "widen";
        };
    }
}
