/** Levenshtein's: letters to add, drop or change. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** How many letters off a typing error may be, by the length of the word: none in short ones, two in long ones. */
const tolerance = (word: string): number => (word.length < 4 ? 0 : word.length < 8 ? 1 : 2);

/** The known word that this one is a typing error of, if there is one: a letter or two off, or in another case. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  return known
    .map((candidate) => ({ candidate, off: distance(lower, candidate.toLowerCase()) }))
    .filter(({ off }) => off <= tolerance(word))
    .sort((a, b) => a.off - b.off)
    .at(0)?.candidate;
}
