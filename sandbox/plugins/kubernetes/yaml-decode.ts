import { parseAllDocuments } from "yaml";
import type { Properties } from "../provider";
import { isObject, listAt, objectAt, textAt, withMetadata } from "./json";

/**
 * `kubernetes:yaml:decode`, behind `yaml.ConfigFile` and `ConfigGroup`: the objects of a manifest, lists taken apart.
 */
export function decodeYaml(args: Properties): Properties {
  const namespace = textAt(args, "defaultNamespace");
  const documents = parseAllDocuments(textAt(args, "text") ?? "").map((document) => {
    const [problem] = document.errors;
    if (problem) throw new Error(`the manifest is not YAML: ${problem.message}`);
    return document.toJS() as Properties | null;
  });
  const objects = documents.filter((document) => isObject(document)).flatMap(itemsOf);
  return { result: namespace === undefined ? objects : objects.map((object) => inNamespace(object, namespace)) };
}

const itemsOf = (object: Properties): Properties[] =>
  textAt(object, "kind")?.endsWith("List") === true ? listAt(object, "items").filter(isObject) : [object];

const inNamespace = (object: Properties, namespace: string): Properties =>
  objectAt(object, "metadata")["namespace"] === undefined ? withMetadata(object, { namespace }) : object;
