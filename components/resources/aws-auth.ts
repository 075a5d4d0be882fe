/**
 * The list in `mapRoles` of aws-auth: one string, many owners.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
import { parseDocument, YAMLSeq } from "yaml";

const groups = ["system:bootstrappers", "system:nodes"];

/** With our entry; the same string when it is there already. Everything else stays, comments included. */
export function withNodeRole(mapRoles: string | undefined, roleArn: string): string {
  const { document, list } = parsed(mapRoles);
  if (indexOf(list, roleArn) !== -1) return mapRoles ?? "";
  list.add(document.createNode({ rolearn: roleArn, username: "system:node:{{EC2PrivateDNSName}}", groups }));
  return document.toString();
}

/** Without our entry; the same string when it is not there. */
export function withoutNodeRole(mapRoles: string, roleArn: string): string {
  const { document, list } = parsed(mapRoles);
  const index = indexOf(list, roleArn);
  if (index === -1) return mapRoles;
  list.delete(index);
  // An empty list is written on one line, whatever it was before.
  list.flow = list.items.length === 0;
  return document.toString();
}

interface Parsed {
  readonly document: ReturnType<typeof parseDocument>;
  readonly list: YAMLSeq;
}

function parsed(mapRoles = ""): Parsed {
  const document = parseDocument(mapRoles);
  if (document.errors[0] !== undefined) {
    throw new Error(`ConfigMap kube-system/aws-auth: mapRoles is no YAML: ${document.errors[0].message}`);
  }
  // Nothing, or nothing but comments, is an empty list.
  if (document.contents === null) return parsed(`${mapRoles}\n[]\n`);
  const list: unknown = document.contents;
  if (!(list instanceof YAMLSeq)) throw new Error("ConfigMap kube-system/aws-auth: mapRoles is not a list");
  list.flow = false;
  return { document, list };
}

const indexOf = (list: YAMLSeq, roleArn: string): number =>
  list.items.findIndex((_, index) => list.getIn([index, "rolearn"]) === roleArn);
