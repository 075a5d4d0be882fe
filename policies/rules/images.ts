import type { AmiSelectorTerm } from "../../controller/api/ec2-node-class";
import { orElse } from "../cel";
import { knownItems, may, type Seen } from "../later";
import { text } from "../options";
import type { ClassRule } from "../rule";

const reason = "must name one image: an id, a name without wildcards, or an alias with a version, not @latest";

/** An image that is not pinned changes under a running cluster, whose nodes are then replaced, tested or not. */
export const imagePinned: ClassRule<{ readonly stacks: string }> = {
  name: "image-pinned",
  description: "In production, machines start from an image that somebody chose.",
  severity: "high",
  level: "mandatory",
  options: { stacks: text("A regular expression that the names of production stacks match.", "^prod") },
  violations: ({ amiSelectorTerms, stack }, { stacks }) =>
    isProduction(stack, stacks)
      ? knownItems(amiSelectorTerms)
          .filter(([, term]) => !mayBePinned(term))
          .map(([index]) => ({ path: `spec.amiSelectorTerms[${index}]`, reason }))
      : [],
  admission: ({ stacks }, { stack }) =>
    isProduction(stack, stacks)
      ? {
          expression:
            `${orElse("spec.amiSelectorTerms", "[]")}.all(t, has(t.id)` +
            ' || (has(t.name) && !t.name.contains("*") && !t.name.contains("?"))' +
            ' || (has(t.alias) && !t.alias.endsWith("@latest")))',
          message: `spec.amiSelectorTerms: each ${reason}`,
        }
      : undefined,
  examples: {
    refused: { amiSelectorTerms: [{ alias: "al2023@latest" }] },
    allowed: { amiSelectorTerms: [{ alias: "bottlerocket@v1.20.3" }] },
  },
};

const isProduction = (stack: string, stacks: string): boolean => new RegExp(stacks).test(stack);

const mayBePinned = ({ id, name, alias }: Exclude<Seen<AmiSelectorTerm>, symbol>): boolean =>
  may(id, (given) => given !== undefined) ||
  may(name, (given) => given !== undefined && !/[*?]/.test(given)) ||
  may(alias, (given) => given !== undefined && !given.endsWith("@latest"));
