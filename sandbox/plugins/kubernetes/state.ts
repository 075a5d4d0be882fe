/** What the engine remembers of an object, and what of reality counts as drift. */
import { isDeepStrictEqual } from "node:util";
import type { Properties, Value } from "../provider";
import { unknown } from "../provider";
import { isList, isObject, objectAt, textAt, without, withMetadata } from "./json";

const FIELD_MANAGER = "__fieldManager";

/** The mark of a secret value in the engine's protocol (pulumi/sdk/go/common/resource/properties.go, SigKey). */
const secret = (value: Value): Properties => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/**
 * The live object as outputs. A Secret's contents are secret; its write-only `stringData` is given back as asked for.
 */
export function stateOf(live: Properties, inputs: Properties, fieldManager: string | undefined): Properties {
  const state = { ...live, [FIELD_MANAGER]: fieldManager };
  if (!isSecret(live)) return state;
  const stringData = inputs["stringData"];
  return {
    ...state,
    ...(live["data"] !== undefined && { data: secret(live["data"]) }),
    ...(stringData !== undefined && { stringData: secret(stringData) }),
  };
}

export const fieldManagerIn = (state: Properties): string | undefined => {
  const name = state[FIELD_MANAGER];
  return typeof name === "string" && name !== "" ? name : undefined;
};

/** What an object will look like, as far as a dry run can tell: the server makes up the rest when it stores it. */
export function foreseen(dryRun: Properties, inputs: Properties, fieldManager: string): Properties {
  const later = { uid: unknown, resourceVersion: unknown, creationTimestamp: unknown, managedFields: undefined };
  const state = stateOf(withMetadata(dryRun, later), inputs, fieldManager);
  return "status" in dryRun ? { ...state, status: unknown } : state;
}

const servers = ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"];

/** Inputs for an object that was not made by the program: everything but what only the server writes. */
export const importedInputs = (live: Properties): Properties => ({
  ...without(live, (_, key) => key === "status"),
  metadata: without(objectAt(live, "metadata"), (_, key) => servers.includes(key)),
});

/**
 * The inputs that would have made the object what it is. They keep their own spelling where `desired` (what the server
 * would make of the inputs: `1000m` becomes `1`) and `live` agree, and say what is live where they do not.
 */
export function inputsSeen(inputs: Properties, desired: Properties, live: Properties): Properties {
  const [readableDesired, readableLive] = [desired, live].map((object) => readable(inputs, object));
  const seen = observed(inputs, readableDesired, readableLive);
  return isObject(seen) ? seen : inputs;
}

/** Whether the live object shows no difference from the inputs at all, so that nobody need ask what is desired. */
export const asAsked = (inputs: Properties, live: Properties): boolean =>
  isDeepStrictEqual(project(inputs, readable(inputs, live)), inputs);

/** What the value says at the places that the inputs speak of. Lists count as a whole. */
function project(inputs: Value, value: Value): Value {
  if (isObject(inputs) && isObject(value)) {
    const keys = Object.keys(inputs).filter((key) => value[key] !== undefined);
    return Object.fromEntries(keys.map((key) => [key, project(inputs[key], value[key])]));
  }
  if (isList(inputs) && isList(value)) {
    return value.map((item, index) => (index < inputs.length ? project(inputs[index], item) : item));
  }
  return value;
}

function observed(inputs: Value, desired: Value, live: Value): Value {
  const seen = project(inputs, live);
  if (isDeepStrictEqual(project(inputs, desired), seen)) return inputs;
  if (isObject(inputs) && isObject(desired) && isObject(live)) {
    const entries = Object.entries(inputs).map(
      ([key, value]) => [key, observed(value, desired[key], live[key])] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (isList(inputs) && isList(desired) && isList(live) && inputs.length === live.length) {
    return inputs.map((item, index) => observed(item, desired[index], live[index]));
  }
  return seen;
}

/** A Secret's `stringData` cannot be read back; its `data`, decoded, stands for it. */
function readable(inputs: Properties, object: Properties): Properties {
  if (!isSecret(object) || !isObject(inputs["stringData"])) return object;
  const data = objectAt(object, "data");
  const stringData = Object.keys(inputs["stringData"]).flatMap((key) => {
    const encoded = textAt(data, key);
    return encoded === undefined ? [] : [[key, Buffer.from(encoded, "base64").toString("utf8")] as const];
  });
  return { ...object, stringData: Object.fromEntries(stringData) };
}

const isSecret = (object: Properties): boolean => object["kind"] === "Secret" && object["apiVersion"] === "v1";
