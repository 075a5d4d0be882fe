/** Objects that only the controller could let go, when there is no controller any more. */
import { finalizers } from "../../controller/api/labels";
import { say } from "../resources/say";
import { until } from "../resources/until";
import type { ClusterApi, CustomKind } from "./cluster-api";
import type { ObjectView } from "./view";
import { describeClasses, Waiting } from "./waiting";

/** How long a controller that is alive may take over its own clean-up before we do it. */
const classesWithinMs = 60_000;

/** Deletes the classes and gives the controller, where there is one, time to take back their instance profiles. */
export async function deleteClasses(api: ClusterApi, controllerLives: boolean): Promise<readonly string[]> {
  const { classes } = await api.view();
  for (const { name, deleting } of classes) if (!deleting) await api.delete("EC2NodeClass", name);
  const waiting = new Waiting(say);
  const gone = async (): Promise<true | undefined> => {
    const view = await api.view();
    if (controllerLives) waiting.tell(describeClasses(view), performance.now());
    return view.classes.length === 0 ? true : undefined;
  };
  const all = await until(gone, { withinMs: controllerLives ? classesWithinMs : 0 });
  if (controllerLives && all === undefined) {
    say(
      `the controller did not let go of them in ${classesWithinMs / 1_000} s: removing what it made for them without it`,
    );
  }
  return classes.map(({ name }) => name);
}

/**
 * Takes our finalizers off claims and nodes whose machines are gone, which the caller has made sure of.
 * Answers with who is still there.
 */
export async function releaseMachineObjects(
  api: ClusterApi,
  isGone: (instanceId: string) => Promise<boolean>,
): Promise<void> {
  const { claims, nodes } = await api.view();
  await releaseAll(api, "NodeClaim", claims);
  for (const node of nodes) {
    if (node.instanceId !== undefined && !(await isGone(node.instanceId))) continue;
    if (!node.deleting) await api.deleteNode(node.name);
    await releaseOne(api, "Node", node);
  }
}

/** Once their instance profiles are gone. */
export async function releaseClasses(api: ClusterApi): Promise<void> {
  await releaseAll(api, "EC2NodeClass", (await api.view()).classes);
}

async function releaseAll(api: ClusterApi, kind: CustomKind, objects: readonly ObjectView[]): Promise<void> {
  for (const object of objects) {
    if (!object.deleting) await api.delete(kind, object.name);
    await releaseOne(api, kind, object);
  }
}

const ourFinalizer = {
  NodePool: finalizers.termination,
  NodeClaim: finalizers.termination,
  Node: finalizers.termination,
  EC2NodeClass: finalizers.nodeClass,
} as const;

async function releaseOne(api: ClusterApi, kind: CustomKind | "Node", object: ObjectView): Promise<void> {
  const finalizer = ourFinalizer[kind];
  if (object.finalizers.includes(finalizer)) await api.release(kind, object, finalizer);
}

/** Names of what should be gone and is not, given a moment for the garbage collector. */
export async function survivorsIn(api: ClusterApi): Promise<readonly string[]> {
  const left = async (): Promise<readonly string[]> => {
    const { pools, claims, classes, nodes } = await api.view();
    const named = (kind: string, objects: readonly ObjectView[]): readonly string[] =>
      objects.map(({ name }) => `${kind} ${name}`);
    return [
      ...named("NodePool", pools),
      ...named("NodeClaim", claims),
      ...named("EC2NodeClass", classes),
      ...named("Node", nodes),
    ];
  };
  await until(async () => ((await left()).length === 0 ? true : undefined), { withinMs: 30_000 });
  return left();
}
