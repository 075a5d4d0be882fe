import type { Pod } from "../api/pod";
import type { NodeState } from "./problem";
import type { VolumeMap } from "./volumes";

/** The volumes of one node, of drivers that attach no more than so many to it. A volume that pods share counts once. */
export class Attachments {
  readonly #limits: ReadonlyMap<string, number>;
  readonly #volumes: VolumeMap;
  readonly #attached = new Map<string, Set<string>>();

  /** @param arriving pods that are to go there */
  constructor({ volumeLimits = {}, pods }: NodeState, volumes: VolumeMap, arriving: readonly Pod[] = []) {
    this.#limits = new Map(Object.entries(volumeLimits));
    this.#volumes = volumes;
    for (const pod of [...pods, ...arriving]) this.add(pod);
  }

  get areLimited(): boolean {
    return this.#limits.size > 0;
  }

  /** Whether the pod's volumes can be attached, too. */
  fit(pod: Pod): boolean {
    if (!this.areLimited) return true;
    return [...this.#volumes.volumesByDriver(pod)].every(([driver, volumes]) => {
      const limit = this.#limits.get(driver);
      return limit === undefined || new Set([...this.#of(driver), ...volumes]).size <= limit;
    });
  }

  add(pod: Pod): void {
    if (!this.areLimited) return;
    for (const [driver, volumes] of this.#volumes.volumesByDriver(pod))
      this.#attached.set(driver, new Set([...this.#of(driver), ...volumes]));
  }

  #of(driver: string): ReadonlySet<string> {
    return this.#attached.get(driver) ?? new Set();
  }
}
