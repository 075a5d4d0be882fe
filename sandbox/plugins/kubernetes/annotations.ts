/** What a program may say about one object's handling (https://www.pulumi.com/registry/packages/kubernetes/). */
import type { Properties } from "../provider";
import { groupOf } from "./identity";
import type { Kind } from "./identity";
import { textAt } from "./json";
import type { Propagation } from "./objects";

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

const read = (object: Properties, name: string): string | undefined =>
  textAt(object, "metadata", "annotations", `pulumi.com/${name}`);

export const skipsAwait = (inputs: Properties): boolean => read(inputs, "skipAwait") === "true";

export const patchFieldManager = (inputs: Properties): string | undefined => read(inputs, "patchFieldManager");

export const waitFor = (inputs: Properties): string | undefined => read(inputs, "waitFor");

/** The annotation decides; without it the provider's setting does. */
export function forcesPatch(inputs: Properties, byDefault: boolean): boolean {
  const said = read(inputs, "patchForce");
  return said === undefined ? byDefault : said === "true";
}

/** The program's custom timeout, or the annotation's, or ten minutes. */
export function timeoutMs(inputs: Properties, custom: number | undefined): number {
  const annotated = Number(read(inputs, "timeoutSeconds"));
  return custom ?? (annotated > 0 ? annotated * 1_000 : DEFAULT_TIMEOUT_MS);
}

const policies: Readonly<Record<string, Propagation>> = { orphan: "Orphan", background: "Background" };

/** Foreground by default: an object is gone only when everything that it owns is. */
export const propagation = (inputs: Properties): Propagation =>
  policies[read(inputs, "deletionPropagationPolicy")?.toLowerCase() ?? ""] ?? "Foreground";

const deletedUnwatched = new Set([
  "/Namespace",
  "/Pod",
  "/ReplicationController",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/Job",
]);

/** The published provider honors skipAwait on deletion for these kinds only. */
export const skipsDeletionAwait = (kind: Kind, inputs: Properties): boolean =>
  skipsAwait(inputs) && deletedUnwatched.has(`${groupOf(kind)}/${kind.kind}`);
