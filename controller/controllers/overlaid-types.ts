import { annotations, labels } from "../api/labels";
import type { NodeClaim } from "../api/node-claim";
import type { InstanceType } from "../scheduling/instance-type";
import type { Overlaid } from "../scheduling/overlay";
import { overlaidPools } from "../simulation/pool-types";
import { catalogOf } from "./catalog";
import type { Context } from "./context";
import { overlays } from "./observation";

type Needs = Pick<Context, "kube" | "cloud" | "log" | "settings">;

/** What every pool can launch under the overlays that there are now, and which of these are heeded. */
export async function overlaidNow(context: Needs): Promise<Overlaid> {
  const { kube } = context;
  const catalog = await catalogOf({ nodeClasses: kube.cached("EC2NodeClass").list() }, context);
  return overlaidPools({ pools: kube.cached("NodePool").list(), ...overlays(context) }, catalog);
}

/** What a claim that was planned under overlays chooses from; undefined for others, who take what the cloud has. */
export async function typesUnderOverlays(
  context: Needs,
  { metadata }: NodeClaim,
): Promise<readonly InstanceType[] | undefined> {
  const { annotations: notes = {}, labels: own = {} } = metadata;
  const isOverlaid = [annotations.priceOverlayApplied, annotations.capacityOverlayApplied].some((key) => key in notes);
  if (!isOverlaid || !context.settings.featureGates.NodeOverlay) return undefined;
  return (await overlaidNow(context)).instanceTypes.get(own[labels.nodePool] ?? "");
}
