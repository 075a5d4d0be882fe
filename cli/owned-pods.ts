import type { KubeObject } from "../controller/api/kube-object";
import { selects } from "../controller/api/label-selector";
import type { Pod } from "../controller/api/pod";
import { isActive } from "../controller/api/pod-state";
import type { Workload } from "./workload";

export const idOf = ({ metadata: { namespace = "", name } }: KubeObject): string => `${namespace}/${name}`;

/** Ids of the object's owners of a kind. */
export const owners = (
  { metadata: { namespace = "", ownerReferences = [] } }: KubeObject,
  kind: string,
): readonly string[] =>
  ownerReferences.filter((owner) => owner.kind === kind).map(({ name }) => `${namespace}/${name}`);

/** Pods of the scenario that workloads have made before, neither finished nor going. */
export class OwnedPods {
  readonly #byOwner = new Map<string, Pod[]>();

  constructor(pods: readonly Pod[]) {
    for (const pod of pods.filter(isActive)) {
      for (const { kind } of pod.metadata.ownerReferences ?? []) {
        for (const owner of owners(pod, kind)) this.#add(`${kind} ${owner}`, pod);
      }
    }
  }

  #add(owner: string, pod: Pod): void {
    const known = this.#byOwner.get(owner);
    if (known === undefined) this.#byOwner.set(owner, [pod]);
    else known.push(pod);
  }

  of(kind: string, workload: KubeObject): readonly Pod[] {
    return this.#byOwner.get(`${kind} ${idOf(workload)}`) ?? [];
  }

  /** Those of its ReplicaSets, which are called after it. */
  ofDeployment(deployment: Workload): readonly Pod[] {
    const prefix = `ReplicaSet ${idOf(deployment)}-`;
    return [...this.#byOwner]
      .filter(([owner]) => owner.startsWith(prefix))
      .flatMap(([, pods]) => pods)
      .filter(({ metadata }) => selects(deployment.spec.selector, metadata.labels));
  }
}
