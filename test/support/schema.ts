import type { Kind, Kinds } from "#controller/api/kinds";
import type { New } from "#controller/ports/kube";
import { InvalidError } from "#controller/ports/errors";
import { ControllerWorld } from "./controller-world";
import { nextName } from "./names";

/**
 * The API server's word on an object with this spec: "" when it takes it, which is undone at once. Examples may
 * break the types on purpose.
 */
export async function verdict(kind: Kind, spec: object): Promise<string> {
  const { kube } = await ControllerWorld.open();
  const namespace = kind === "CapacityBuffer" ? { namespace: "default" } : {};
  const metadata = { name: nextName("schema"), ...namespace };
  try {
    await kube.create(kind, { metadata, spec } as unknown as New<Kinds[Kind]>);
    await kube.delete(kind, metadata);
    return "";
  } catch (error) {
    if (error instanceof InvalidError) return error.message;
    throw error;
  }
}
