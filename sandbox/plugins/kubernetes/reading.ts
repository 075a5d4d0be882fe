/** Reading objects back, for refresh, import and `get`. */
import type { Existing, Properties } from "../provider";
import { patchFieldManager } from "./annotations";
import { ApiError, UnreachableError } from "./errors";
import { idOf, newFieldManager, refOf } from "./identity";
import type { ResourceKind } from "./identity";
import { objectAt, withMetadata } from "./json";
import type { Session } from "./session";
import { asAsked, fieldManagerIn, importedInputs, inputsSeen, stateOf } from "./state";

/** `undefined` when the object, or its kind, is gone; or the whole cluster, if the provider may take that for gone. */
export async function read(session: Session, kind: ResourceKind, known: Existing): Promise<Existing | undefined> {
  const ref = refOf(kind, known.id);
  let live: Properties | undefined;
  try {
    live = await session.objects.get(ref);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    if (session.settings.deleteUnreachable) return undefined;
    if (session.settings.skipUpdateUnreachable) return known;
    throw error;
  }
  if (!live) return undefined;
  const imported = Object.keys(known.inputs).length === 0;
  const inputs = imported ? importedInputs(live) : await seen(session, known, live);
  const state = stateOf(live, inputs, fieldManagerIn(known.state));
  return { id: imported ? idOf(live) : known.id, state, inputs };
}

/** Drift, but no mere difference in spelling or in defaults: the server is asked what it would make of the inputs. */
async function seen(session: Session, { inputs, state }: Existing, live: Properties): Promise<Properties> {
  if (asAsked(inputs, live)) return inputs;
  const fieldManager = patchFieldManager(inputs) ?? fieldManagerIn(state) ?? newFieldManager();
  const { name, namespace } = objectAt(live, "metadata");
  const desired = await session.objects
    .apply(withMetadata(inputs, { name, namespace }), { fieldManager, force: true, dryRun: true })
    .catch((error: unknown) => {
      // An immutable field that differs makes even the dry run fail; then the inputs speak for themselves.
      if (error instanceof ApiError) return inputs;
      throw error;
    });
  return inputsSeen(inputs, desired, live);
}
