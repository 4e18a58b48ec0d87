package pagefold.arm32.shortdesc;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.spi.ProfileOption;

/**
 * What machines before Armv7 make Linux do otherwise. Their words are Armv7's here all the same.
 *
 * @param lowVectors SCTLR.V = 0: exceptions go to address 0, so that every process has the kernel's vectors there
 * @param virtualCache VIVT: the data cache finds a page by each of its virtual addresses
 * @param unbuffered a write buffer does so, too: {@code check_writebuffer_bugs} has failed
 */
record ClassicOptions(boolean lowVectors, boolean virtualCache, boolean unbuffered) {
    /** Armv7. */
    static final ClassicOptions NONE = new ClassicOptions(false, false, false);

    /** What may be written, in order. */
    static final List<ProfileOption> FORMS = List.of(
            new ProfileOption("-lowvectors", "classic: the vectors at address 0 of processes, SCTLR.V = 0"),
            new ProfileOption(
                    "-vivt",
                    "classic: a VIVT data cache, so that pages of objects which a process maps more than once become"
                            + " bufferable"),
            new ProfileOption("-unbuffered", "classic, only behind -vivt: they become uncached instead"));

    private static final Pattern OPTIONS =
            Pattern.compile("(?<low>-lowvectors)?(?:(?<vivt>-vivt)(?<unbuffered>-unbuffered)?)?");

    /** The options of a text such as {@code -lowvectors-vivt}, or {@code null} where it is none. */
    static @Nullable ClassicOptions parse(String text) {
        Matcher options = OPTIONS.matcher(text);
        return options.matches()
                ? new ClassicOptions(
                        options.group("low") != null,
                        options.group("vivt") != null,
                        options.group("unbuffered") != null)
                : null;
    }

    /** {@code shared_pte_mask} of arch/arm/mm/fault-armv.c. */
    long sharedType() {
        return unbuffered ? LinuxPte.MT_UNCACHED : LinuxPte.MT_BUFFERABLE;
    }

    /** What is not as on Armv7, behind the words of a title. */
    String title() {
        return (lowVectors ? ", low vectors" : "")
                + (virtualCache ? ", a VIVT data cache" : "")
                + (unbuffered ? " and write buffer" : "");
    }
}
