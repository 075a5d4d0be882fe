/** Waiting until an object is what was asked for. */
import type { Call, Properties } from "../provider";
import { skipsAwait, timeoutMs, waitFor } from "./annotations";
import { describe, idOf, refOf } from "./identity";
import type { Kind, ObjectRef } from "./identity";
import { isObject, objectAt, textAt } from "./json";
import { podTroubles, testFor } from "./readiness";
import type { Test } from "./readiness";
import type { Session } from "./session";
import { StillWaitingError, throughOutages, waitUntil } from "./waiting";
import type { Look } from "./waiting";
import { parseWaitFor } from "./wait-for";

/** Returns the object as it is in the end. Throws with what is still missing, the pods' own words included. */
export async function settle(session: Session, made: Made, call: Call): Promise<Properties> {
  const { kind, inputs, object } = made;
  const test = testOf(kind, inputs);
  if (!test) return object;
  const ref = refOf(kind, idOf(object));
  const patience = {
    timeoutMs: timeoutMs(inputs, call.timeoutMs),
    signal: session.signal,
    onStatus: (message: string) => {
      call.log("status", message);
    },
  };
  const look = throughOutages(() => lookAt(session, ref, test));
  const seen = await waitUntil(describe(ref), patience, look).catch(async (error: unknown) => {
    if (!(error instanceof StillWaitingError)) throw error;
    throw new Error([error.message, ...(await troublesOf(session, ref))].join("; "), { cause: error });
  });
  if ("object" in seen) return seen.object;
  throw new Error([`${describe(ref)}: ${seen.failure}`, ...(await troublesOf(session, ref))].join("; "));
}

export interface Made {
  readonly kind: Kind;
  readonly inputs: Properties;
  /** As the server answered when it was written. */
  readonly object: Properties;
}

/** The annotation comes before what we know of the kind. */
function testOf(kind: Kind, inputs: Properties): Test | undefined {
  if (skipsAwait(inputs)) return undefined;
  const annotation = waitFor(inputs);
  return annotation === undefined ? testFor(kind) : parseWaitFor(annotation);
}

type Settled = { readonly object: Properties } | { readonly failure: string };

async function lookAt(session: Session, ref: ObjectRef, test: Test): Promise<Look<Settled>> {
  const object = await session.objects.get(ref);
  if (!object) return { done: { failure: "it was deleted while we waited for it" } };
  const seen = test(object);
  if (seen.is === "ready") return { done: { object } };
  return seen.is === "failed" ? { done: { failure: seen.because } } : { missing: seen.because };
}

/** What the pods of a workload complain about, each complaint once. */
async function troublesOf(session: Session, ref: ObjectRef): Promise<string[]> {
  const object = await session.objects.get(ref);
  const labels = objectAt(object, "spec", "selector", "matchLabels");
  const selector = Object.keys(labels).map((key) => `${key}=${textAt(labels, key) ?? ""}`);
  if (selector.length === 0) return [];
  const pods = await session.objects.list({ apiVersion: "v1", kind: "Pod" }, ref.namespace, selector.join(","));
  return [...new Set(pods.filter(isObject).flatMap(podTroubles))];
}
