import type { Finding } from "../api/conditions";
import { fails, holds, unknown } from "../api/conditions";
import { taints } from "../api/labels";
import type { Node } from "../api/node";
import type { Pod } from "../api/pod";
import { isMirror, tolerates } from "../api/pod-state";
import type { Context } from "./context";

/**
 * Waits until the volumes of a drained node are detached, so that they can be attached elsewhere at once. Volumes of
 * pods that draining leaves alone do not count, and nothing is waited for past the deadline
 * (https://karpenter.sh/docs/concepts/disruption/#termination-controller).
 */
export function volumeDetachment({
  kube,
  clock,
  events,
  lookups,
}: Pick<Context, "kube" | "clock" | "events" | "lookups">) {
  return (node: Node, deadline: number | undefined): Finding => {
    const attached = attachedVolumes(node);
    if (attached.length === 0) return holds("VolumesDetached");
    const message = `volumes still attached: ${attached.join(", ")}`;
    if (deadline !== undefined && clock.now() > deadline) {
      return fails("VolumesDetached", "TerminationGracePeriodElapsed", message);
    }
    events.publish({
      about: { kind: "Node", metadata: node.metadata },
      type: "Normal",
      reason: "AwaitingVolumeDetachment",
      message,
    });
    return unknown("VolumesDetached", "AwaitingVolumeDetachment", message);
  };

  function attachedVolumes({ metadata: { name } }: Node): readonly string[] {
    const staying = new Set(lookups.podsByNode.get(name).flatMap((pod) => (stays(pod) ? volumesOf(pod) : [])));
    return kube
      .cached("VolumeAttachment")
      .list()
      .filter(({ spec }) => spec.nodeName === name)
      .flatMap(({ spec }) => spec.source.persistentVolumeName ?? [])
      .filter((volume) => !staying.has(volume));
  }

  function volumesOf({ metadata: { namespace = "" }, spec }: Pod): readonly string[] {
    return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => {
      const found = claim && kube.cached("PersistentVolumeClaim").get(`${namespace}/${claim.claimName}`);
      return found?.spec.volumeName ?? [];
    });
  }
}

const stays = (pod: Pod): boolean => isMirror(pod) || tolerates(pod.spec.tolerations, taints.disrupted);
