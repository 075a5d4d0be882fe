/** Deleting objects, until they are really gone. */
import type { Call, Existing, Properties } from "../provider";
import { patchFieldManager, propagation, skipsDeletionAwait, timeoutMs } from "./annotations";
import { explained, isNotFound } from "./errors";
import { describe, refOf } from "./identity";
import type { ObjectRef, ResourceKind } from "./identity";
import { at, listAt, textAt } from "./json";
import { isTrue } from "./readiness";
import type { Session } from "./session";
import { fieldManagerIn } from "./state";
import { StillWaitingError, throughOutages, waitUntil } from "./waiting";
import type { Look } from "./waiting";

/** Throws when the object is still there at the end of the timeout, naming what holds it. */
export async function remove(session: Session, kind: ResourceKind, removal: Removal): Promise<void> {
  const { known, call } = removal;
  const ref = refOf(kind, known.id);
  const live = await session.objects.get(ref);
  if (!live) return;
  if (kind.isPatch) return release(session, ref, { known, live });
  await session.objects.delete(ref, propagation(known.inputs)).catch((error: unknown) => {
    if (!isNotFound(error)) throw explained(error, describe(ref));
  });
  if (skipsDeletionAwait(kind, known.inputs)) return;
  await gone(session, { ref, uid: textAt(live, "metadata", "uid"), inputs: known.inputs }, call);
}

export interface Removal {
  readonly known: Existing;
  readonly call: Call;
}

/** Applying nothing gives up every field that the patch asked for; those that nobody else wants go. */
async function release(session: Session, ref: ObjectRef, patched: Patched): Promise<void> {
  const { known, live } = patched;
  const fieldManager = patchFieldManager(known.inputs) ?? fieldManagerIn(known.state);
  if (fieldManager === undefined)
    throw new Error(`${describe(ref)}: the state does not say which field manager to release`);
  const { apiVersion, kind, name, namespace } = ref;
  // With its uid, so that an object that has vanished in between is not made anew.
  const uid = textAt(live, "metadata", "uid");
  const nothing = { apiVersion, kind, metadata: { name, namespace, uid } };
  await session.objects.apply(nothing, { fieldManager, force: false }).catch(async (error: unknown) => {
    const now = await session.objects.get(ref);
    if (textAt(now, "metadata", "uid") === uid) throw explained(error, describe(ref));
  });
}

interface Patched {
  readonly known: Existing;
  readonly live: Properties;
}

interface Doomed {
  readonly ref: ObjectRef;
  readonly uid: string | undefined;
  readonly inputs: Properties;
}

async function gone(session: Session, { ref, uid, inputs }: Doomed, call: Call): Promise<void> {
  const patience = {
    timeoutMs: timeoutMs(inputs, call.timeoutMs),
    signal: session.signal,
    onStatus: (message: string) => {
      call.log("status", message);
    },
  };
  const look = async (): Promise<Look<true>> => {
    const live = await session.objects.get(ref);
    // Another uid is another object: somebody made one of the same name after ours was gone.
    if (!live || textAt(live, "metadata", "uid") !== uid) return { done: true };
    return { missing: ["it is being deleted", ...holding(live)].join("; ") };
  };
  await waitUntil(`deletion of ${describe(ref)}`, patience, throughOutages(look)).catch((error: unknown) => {
    if (!(error instanceof StillWaitingError)) throw error;
    throw new Error(`${error.message}. Nothing is lost: run the operation again once what holds it has let go`, {
      cause: error,
    });
  });
}

/** Why an object that is marked for deletion is still there. */
function holding(live: Properties): string[] {
  const finalizers = [...listAt(live, "metadata", "finalizers"), ...listAt(live, "spec", "finalizers")].map(String);
  const named = finalizers.length > 0 ? [`finalizers still on it: ${finalizers.join(", ")}`] : [];
  const conditions = listAt(live, "status", "conditions")
    .filter((condition) => isTrue(condition) && isAboutDeletion(textAt(condition, "type") ?? ""))
    .map((condition) => textAt(condition, "message") ?? "");
  const unmarked =
    at(live, "metadata", "deletionTimestamp") === undefined ? ["it is not marked for deletion any more"] : [];
  return [...unmarked, ...named, ...conditions];
}

/** Namespaces and CRDs say in their conditions what of their contents remains. */
const isAboutDeletion = (type: string): boolean =>
  type === "Terminating" || /^Namespace\w*(Remaining|Failure)$/.test(type);
