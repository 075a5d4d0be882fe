/**
 * Who manages which fields (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
 *
 * An object is created by POST, since only that fails if it exists already; its fields then belong to our manager's
 * "Update". Applies are another operation and so, to the server, somebody else: they would conflict with our own
 * fields and never remove one. So before the first apply, our fields are moved over.
 */
import type { Properties, Value } from "../provider";
import { isObject, listAt, textAt } from "./json";
import type { Patch } from "./objects";

/** The patch that moves our fields over; `undefined` when there is nothing to move. */
export function takeOwnership(live: Properties, fieldManager: string): Patch | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isObject);
  const ours = entries.filter((entry) => entry["manager"] === fieldManager && entry["subresource"] === undefined);
  const created = ours.find((entry) => entry["operation"] === "Update");
  if (!created) return undefined;
  const fieldsV1 = ours.map((entry) => entry["fieldsV1"]).reduce(union, {});
  const applied = { ...created, operation: "Apply", fieldsV1 };
  return {
    type: "json-patch",
    body: [
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [...entries.filter((entry) => !ours.includes(entry)), applied],
      },
      // Nobody else's change to the list may be lost: the server refuses if the object is newer.
      { op: "replace", path: "/metadata/resourceVersion", value: textAt(live, "metadata", "resourceVersion") },
    ],
  };
}

/** Field sets are trees of keys; a leaf is an empty object. */
function union(a: Value, b: Value): Value {
  if (!isObject(a) || !isObject(b)) return a ?? b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...keys].map((key) => [key, union(a[key], b[key])]));
}
