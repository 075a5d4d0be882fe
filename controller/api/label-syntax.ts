/**
 * The syntax of labels and taints
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).
 */
const namePattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const domainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a label key, if anything. */
export function problemWithKey(key: string): string | undefined {
  const [name = "", domain, ...rest] = key.split("/").reverse();
  if (rest.length > 0) return "has more than one slash";
  if (domain !== undefined && (domain.length > 253 || !domainPattern.test(domain)))
    return "has a prefix that is no DNS name";
  if (name.length > 63) return "has a name longer than 63 characters";
  if (!namePattern.test(name))
    return "must be letters, digits, '-', '_' or '.', beginning and ending with a letter or digit";
  return undefined;
}

/** What is wrong with a label value, if anything. */
export function problemWithValue(value: string): string | undefined {
  if (value === "") return undefined;
  if (value.length > 63) return "is longer than 63 characters";
  if (!namePattern.test(value))
    return "must be letters, digits, '-', '_' or '.', beginning and ending with a letter or digit";
  return undefined;
}
