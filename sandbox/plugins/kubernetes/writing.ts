/** Creating and updating objects. */
import { PartlyCreatedError, unknown } from "../provider";
import type { Call, Properties, UpdateRequest } from "../provider";
import { forcesPatch, patchFieldManager, timeoutMs } from "./annotations";
import {
  ApiError,
  explained,
  fieldConflicts,
  isAlreadyExists,
  isNamespaceMissing,
  isWith,
  KindNotServedError,
  UnreachableError,
} from "./errors";
import { describe, idOf, newFieldManager, refOf } from "./identity";
import type { ObjectRef, ResourceKind } from "./identity";
import { contains, textAt, withMetadata } from "./json";
import type { Write } from "./objects";
import { mergePatch } from "./merge-patch";
import { takeOwnership } from "./ownership";
import { warningsTo } from "./session";
import type { Session } from "./session";
import { settle } from "./settling";
import { fieldManagerIn, foreseen, stateOf } from "./state";
import { waitUntil } from "./waiting";

/** A CRD needs a moment from "established" to being served, and a namespace may be made beside its contents. */
const SURROUNDINGS_TIMEOUT_MS = 60_000;

interface Wanted {
  readonly kind: ResourceKind;
  readonly inputs: Properties;
}

export interface Writing extends Wanted {
  readonly call: Call;
}

/** Makes the object and waits until it is ready. */
export async function create(session: Session, writing: Writing): Promise<{ id: string; state: Properties }> {
  const { inputs, call, kind } = writing;
  const fieldManager = patchFieldManager(inputs) ?? newFieldManager();
  const write = writeOf(session, call, fieldManager);
  if (call.preview) {
    const state = await foresee(writing, fieldManager, () => makeOne(session, writing, { ...write, dryRun: true }));
    return { id: idOf(state), state };
  }
  const object = await onceServed(session, writing, () => makeOne(session, writing, write));
  return { id: idOf(object), state: await settled(session, { kind, inputs, object, fieldManager, call }) };
}

/** Only a patch, or the provider's explicit wish, lays hands on an object that is there already. */
async function makeOne({ objects, settings }: Session, { kind, inputs }: Wanted, write: Write): Promise<Properties> {
  const adopts = kind.isPatch || (settings.upsertExistingObjects && settings.enableServerSideApply);
  if (adopts) return objects.apply(inputs, { ...write, force: forcesPatch(inputs, settings.enablePatchForce) });
  return objects.create(inputs, write);
}

/** Brings the object to its new inputs and waits until it is ready. One that has vanished is made anew. */
export async function update(session: Session, writing: Writing, request: UpdateRequest): Promise<Properties> {
  const { kind, call } = writing;
  const ref = refOf(kind, request.id);
  const inputs = withMetadata(writing.inputs, { name: ref.name, namespace: ref.namespace });
  const fieldManager = patchFieldManager(inputs) ?? fieldManagerIn(request.state) ?? newFieldManager();
  const change = { kind, ref, inputs, olds: request.olds, write: writeOf(session, call, fieldManager) };
  if (call.preview) {
    const named = { kind, inputs, call };
    return foresee(named, fieldManager, () =>
      changeOne(session, { ...change, write: { ...change.write, dryRun: true } }),
    );
  }
  const object = await changeOne(session, change).catch((error: unknown) => {
    if (error instanceof UnreachableError && session.settings.skipUpdateUnreachable) return undefined;
    throw explained(error, describe(ref));
  });
  if (!object) {
    call.log(
      "warning",
      `${describe(ref)} was not updated: the cluster is unreachable, and skipUpdateUnreachable is set`,
    );
    return request.state;
  }
  return settled(session, { kind, inputs, object, fieldManager, call });
}

interface ObjectChange extends Wanted {
  readonly ref: ObjectRef;
  readonly olds: Properties;
  readonly write: Write;
}

async function changeOne(session: Session, change: ObjectChange): Promise<Properties> {
  const { kind, ref, inputs, olds, write } = change;
  const live = await session.objects.get(ref);
  if (!live) return makeOne(session, { kind, inputs }, write);
  // Applying would keep what other managers added to a CRD's schema; the published provider replaces it whole.
  if (kind.kind === "CustomResourceDefinition" && !kind.isPatch) {
    const resourceVersion = textAt(live, "metadata", "resourceVersion");
    return session.objects.replace(withMetadata(inputs, { resourceVersion }), write);
  }
  if (session.settings.enableServerSideApply) return applyOne(session, change, live);
  return session.objects.patch(ref, { type: "merge-patch", body: mergePatch(olds, inputs) }, write);
}

async function applyOne(session: Session, change: ObjectChange, live: Properties): Promise<Properties> {
  const { ref, inputs, write } = change;
  const force = forcesPatch(inputs, session.settings.enablePatchForce);
  const ownership = takeOwnership(live, write.fieldManager);
  if (ownership && write.dryRun !== true) await session.objects.patch(ref, ownership, write);
  try {
    return await session.objects.apply(inputs, { ...write, force });
  } catch (error) {
    // A dry run cannot move ownership first, so our own creation may stand in its way.
    const conflicts = fieldConflicts(error);
    const onlyOurs = conflicts.every((conflict) => isWith(conflict, write.fieldManager));
    if (write.dryRun !== true || conflicts.length === 0 || !onlyOurs) throw error;
    return session.objects.apply(inputs, { ...write, force: true });
  }
}

/** The first write may come before the kind or the namespace is there. */
async function onceServed(session: Session, writing: Writing, write: () => Promise<Properties>): Promise<Properties> {
  const { call, inputs, kind } = writing;
  const about = describe({ ...refOf(kind, idOf(inputs)), namespace: textAt(inputs, "metadata", "namespace") });
  const patience = {
    timeoutMs: Math.min(timeoutMs(inputs, call.timeoutMs), SURROUNDINGS_TIMEOUT_MS),
    signal: session.signal,
    onStatus: (message: string) => {
      call.log("status", message);
    },
  };
  return waitUntil(about, patience, () =>
    write().then(
      (done) => ({ done }),
      (error: unknown) => {
        if (error instanceof KindNotServedError || isNamespaceMissing(error) || isUnservedPath(error))
          return { missing: (error as Error).message }; // All three are errors of ours.
        throw explained(error, about);
      },
    ),
  );
}

/** A kind that went away and comes back: the path answered, but not with a Status. */
const isUnservedPath = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && error.reason === "";

interface Written extends Writing {
  readonly object: Properties;
  readonly fieldManager: string;
}

/** What does not become ready is there all the same, and the engine must know. */
async function settled(session: Session, written: Written): Promise<Properties> {
  const { inputs, object, fieldManager, call } = written;
  try {
    return stateOf(await settle(session, written, call), inputs, fieldManager);
  } catch (error) {
    throw new PartlyCreatedError({ id: idOf(object), state: stateOf(object, inputs, fieldManager) }, error);
  }
}

const refusals = [400, 409, 422];

/**
 * What the server would make of it. Refusals that would be refusals in earnest are errors already now; for all other
 * reasons not to get an answer (values not known yet, no cluster, kind or namespace yet, no permission) the inputs are
 * the best guess. That an object exists is no refusal: it may be the one that this one is going to replace.
 */
async function foresee(writing: Writing, fieldManager: string, dryRun: () => Promise<Properties>): Promise<Properties> {
  const { inputs, call } = writing;
  if (contains(inputs, unknown)) return foreseen(inputs, inputs, fieldManager);
  try {
    return foreseen(await dryRun(), inputs, fieldManager);
  } catch (error) {
    if (error instanceof ApiError && refusals.includes(error.code) && !isAlreadyExists(error))
      throw explained(error, describe(refOf(writing.kind, idOf(inputs))), fieldManager);
    if (!(error instanceof ApiError || error instanceof KindNotServedError || error instanceof UnreachableError))
      throw error;
    if (error instanceof UnreachableError) call.log("warning", `shown without asking the cluster: ${error.message}`);
    return foreseen(inputs, inputs, fieldManager);
  }
}

const writeOf = ({ settings }: Session, call: Call, fieldManager: string): Write => ({
  fieldManager,
  onWarning: warningsTo(settings, (message) => {
    call.log("warning", message);
  }),
});
