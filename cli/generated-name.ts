import type { PodTemplateSpec } from "../controller/api/workloads";
/** Letters of generated names: no vowels, so that no word comes about. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LETTERS = 5;

/** A suffix of five letters, another one for each number. */
export function suffix(number: number): string {
  let [text, rest] = ["", number];
  for (let letter = 0; letter < SUFFIX_LETTERS; letter++) {
    text = (alphabet[rest % alphabet.length] ?? "") + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

/** What Kubernetes calls `pod-template-hash`: pods of one template have it in common. */
export function templateHash(template: PodTemplateSpec): string {
  let hash = 0;
  for (const letter of JSON.stringify(template)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 2 ** 32;
  return suffix(hash) + suffix(Math.floor(hash / alphabet.length ** SUFFIX_LETTERS)).slice(-1);
}
