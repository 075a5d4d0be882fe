import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { labels } from "#controller/api/labels";
import type { Pod } from "#controller/api/pod";
import { nodePool, pendingPod } from "./objects";
import { realTypes } from "./real-types";
import { problemWith, type Scenario } from "./scenario";

const file = join(__dirname, "../data/openb-pods.csv.gz");

/**
 * One line of the trace a pod, in its order, all waiting at once: `cpu_milli`, `memory_mib`, and `num_gpu` whole GPUs
 * even where the pod used a share of one, since Kubernetes hands out whole ones. The trace names no model (`gpu_spec`
 * is empty), so any NVIDIA GPU will do.
 */
function tracedPods(): readonly Pod[] {
  const [head = "", ...lines] = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const columns = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
    const gpus = Number(cell("num_gpu"));
    return pendingPod({
      name: cell("name"),
      requests: {
        cpu: `${cell("cpu_milli")}m`,
        memory: `${cell("memory_mib")}Mi`,
        ...(gpus > 0 && { "nvidia.com/gpu": String(gpus) }),
      },
    });
  });
}

/**
 * The pool that the published figures are about: x86, since the cluster ran such machines, of the common categories and
 * those with GPUs; bought on demand, at the prices of us-east-1, in zones a to c. Metal is allowed, there are no
 * daemons. The least that all pods can cost then is $7,046 an hour, and the peer (1.14.1) pays $11,134.
 */
const pool = nodePool({
  name: "default",
  requirements: [
    { key: labels.arch, operator: "In", values: ["amd64"] },
    { key: labels.capacityType, operator: "In", values: ["on-demand"] },
    { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r", "g", "p"] },
  ],
});

/** What a production GPU cluster ran, against what Amazon sells. */
export const openb: Scenario = {
  name: "openb",
  about: "the pods of a production GPU cluster (Alibaba, openb) on the real catalog, on demand",
  sizes: [300, 1000, 8152],
  problem: (pods) =>
    problemWith({
      pods: tracedPods().slice(0, pods),
      pools: [{ pool, instanceTypes: realTypes(), usage: {} }],
    }),
};
