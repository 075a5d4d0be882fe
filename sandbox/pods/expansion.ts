/** Replaces `$(NAME)` by the variable where there is one; `$$(NAME)` stands for the text `$(NAME)`. */
export const expand = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\$(\$?)\(([^()]+)\)/g, (whole: string, escaped: string, name: string) =>
    escaped === "$" ? whole.slice(1) : (variables.get(name) ?? whole),
  );

/**
 * Replaces mount paths by where they really are: a pod's files cannot be at the places it names on a machine that it
 * shares. Only whole path segments count, and the longest path first.
 */
export function relocate(text: string, places: ReadonlyMap<string, string>): string {
  const paths = [...places.keys()].sort((a, b) => b.length - a.length);
  if (paths.length === 0) return text;
  const pattern = new RegExp(`(?<![\\w./-])(?:${paths.map(escaped).join("|")})(?=$|[/:,;'"\\s])`, "g");
  return text.replace(pattern, (path) => places.get(path) ?? path);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
