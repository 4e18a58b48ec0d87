package pagefold.spi;

/**
 * A choice that may stand behind the name of a profile.
 *
 * @param form as it is written, with {@code N} for a number: {@code -ipaN}
 * @param title what it chooses and from what, one line for people
 */
public record ProfileOption(String form, String title) {}
