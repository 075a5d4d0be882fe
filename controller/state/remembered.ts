/**
 * Answers once about each object and gives the same answer from then on, as long as the object lives. For
 * objects that never change.
 */
export function remembered<K extends object, V>(answer: (about: K) => V): (about: K) => V {
  const answers = new WeakMap<K, { readonly answer: V }>();
  return (about) => {
    const known = answers.get(about) ?? { answer: answer(about) };
    answers.set(about, known);
    return known.answer;
  };
}
