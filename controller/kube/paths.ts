import type { KindInfo } from "../api/kinds";

/** What a path points at: a collection, an object of it, or a subresource of that object. */
export interface Target {
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string;
}

/** The API server's path of a kind: `/api/v1/…` for the core group, `/apis/<group>/<version>/…` for the others. */
export function pathOf(info: KindInfo, { namespace, name, subresource }: Target = {}): string {
  const root = info.apiVersion.includes("/") ? "apis" : "api";
  const scope = namespace === undefined ? [] : ["namespaces", namespace];
  const rest = [info.plural, name, subresource].filter((part) => part !== undefined);
  return `/${root}/${info.apiVersion}/${[...scope, ...rest].map(encodeURIComponent).join("/")}`;
}

/** Group and version of an `apiVersion`; the core group is "". */
export function groupOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined ? { group: "", version: group } : { group, version };
}
