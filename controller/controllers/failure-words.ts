const MOST = 300;

/** What AWS adds anew to every refusal: the encoded reasons of IAM, and the number of the request. */
const fleeting = [/\s*Encoded authorization failure message: \S+/g, /[\s(,]*Request ?ID: [\w-]+\)?/gi];

/**
 * What went wrong, fit for a condition: at most 300 characters, and the same each time the same goes wrong. A text that
 * changed with every try would be written with every try, and each write would start the next try at once.
 */
export const wordsOf = (error: unknown): string => steadied(error instanceof Error ? error.message : String(error));

/** The same for a text. */
export const steadied = (text: string): string =>
  fleeting.reduce((rest, pattern) => rest.replace(pattern, ""), text).slice(0, MOST);
