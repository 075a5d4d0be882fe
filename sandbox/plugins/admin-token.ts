/**
 * How the plugins sign in to a cluster. AWS turns a presigned STS request into an identity by a webhook of EKS's API
 * server; the sandbox's API server knows tokens from a file instead. So in the sandbox whoever may use AWS as the
 * plugin does is the cluster's administrator, by the token of the kubeconfig that the sandbox gives out.
 */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly user: string } }[];
  readonly users?: readonly { readonly name: string; readonly user: { readonly token?: string } }[];
}

/** @throws Error when KUBECONFIG is not set or its current user has no token. */
export async function adminToken(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const path = env["KUBECONFIG"];
  if (!path) throw new Error("KUBECONFIG is not set: the token for the cluster is taken from there");
  const { "current-context": current, contexts = [], users = [] } = parse(await readFile(path, "utf8")) as Kubeconfig;
  const user = contexts.find(({ name }) => name === current)?.context.user;
  const token = users.find(({ name }) => name === user)?.user.token;
  if (!token) throw new Error(`${path}: user ${user ?? "of the current context"} has no token`);
  return token;
}
