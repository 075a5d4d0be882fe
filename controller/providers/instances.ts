import type { Clock } from "../ports/clock";
import { NotFoundError } from "../ports/errors";
import { clusterTag, tags } from "../contract/tags";
import { meaningOf } from "./aws-errors";
import { Batcher } from "./batcher";
import type { Ec2InstancesApi, Instance } from "./ec2-instances-api";
import { CLAIM_UID_TAG } from "./launch-tags";

/** Idle and longest windows of a batch. EC2 takes 200 values in a filter. */
const WINDOW = { idleMs: 100, maxMs: 1_000 };
const MOST_PER_DESCRIBE = 200;
const MOST_PER_TERMINATE = 500;

const ALIVE = ["pending", "running", "stopping", "stopped", "shutting-down"];

interface Deps {
  readonly ec2: Ec2InstancesApi;
  readonly clock: Clock;
  readonly clusterName: string;
}

/** The machines of this cluster: found, tagged, terminated. Many askers share one call. */
export class Instances {
  readonly #deps: Deps;
  readonly #byId: Batcher<string, Instance>;
  readonly #byClaim: Batcher<string, readonly Instance[]>;
  readonly #terminations: Batcher<string, "asked">;

  constructor(deps: Deps) {
    this.#deps = deps;
    const { clock } = deps;
    const describe = { clock, ...WINDOW, maxItems: MOST_PER_DESCRIBE };
    this.#byId = new Batcher({ ...describe, run: (ids) => this.#describe(ids) });
    // A launch waits for this answer, so it does not wait long for company.
    this.#byClaim = new Batcher({ ...describe, idleMs: 10, run: (uids) => this.#launchedFor(uids) });
    this.#terminations = new Batcher({
      clock,
      ...WINDOW,
      maxItems: MOST_PER_TERMINATE,
      run: (ids) => this.#terminate(ids),
    });
  }

  /** @throws NotFoundError once the instance is terminated */
  async get(id: string): Promise<Instance> {
    return this.#byId.add(id);
  }

  /** The machine that was launched for a claim, if it lives. */
  async forClaim(uid: string): Promise<Instance | undefined> {
    const [first] = await this.#byClaim.add(uid);
    return first;
  }

  /** Everything of this cluster that is not terminated. */
  async list(): Promise<readonly Instance[]> {
    return this.#deps.ec2.instances([
      { name: "tag-key", values: [tags.nodePool] },
      { name: "tag-key", values: [tags.nodeClass] },
      { name: `tag:${tags.clusterName}`, values: [this.#deps.clusterName] },
      { name: "instance-state-name", values: ALIVE },
    ]);
  }

  /** Resolves when EC2 has taken the order. @throws NotFoundError */
  async terminate(id: string): Promise<void> {
    await this.#terminations.add(id);
  }

  async tag(id: string, values: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#deps.ec2.tag(id, values);
    } catch (error) {
      throw meaningOf(error) === "gone" ? gone(id, error) : error;
    }
  }

  async #describe(ids: readonly string[]): Promise<readonly (Instance | Error)[]> {
    const found = await this.#deps.ec2.instances([
      { name: "instance-id", values: [...new Set(ids)] },
      { name: "instance-state-name", values: ALIVE },
    ]);
    const byId = new Map(found.map((instance) => [instance.id, instance]));
    return ids.map((id) => byId.get(id) ?? gone(id));
  }

  async #launchedFor(uids: readonly string[]): Promise<readonly (readonly Instance[])[]> {
    const found = await this.#deps.ec2.instances([
      { name: `tag:${CLAIM_UID_TAG}`, values: [...new Set(uids)] },
      { name: "tag-key", values: [clusterTag(this.#deps.clusterName)] },
      { name: "instance-state-name", values: ["pending", "running"] },
    ]);
    return uids.map((uid) => found.filter((instance) => instance.tags[CLAIM_UID_TAG] === uid));
  }

  async #terminate(ids: readonly string[]): Promise<readonly ("asked" | Error)[]> {
    try {
      await this.#deps.ec2.terminate([...new Set(ids)]);
      return ids.map(() => "asked");
    } catch (error) {
      if (ids.length > 1) return Promise.all(ids.map((id) => this.#terminateAlone(id)));
      return ids.map((id) => failure(id, error));
    }
  }

  /** One id that EC2 does not know, or may not be touched, fails the whole call: then each is asked for by itself. */
  async #terminateAlone(id: string): Promise<"asked" | Error> {
    try {
      await this.#deps.ec2.terminate([id]);
      return "asked";
    } catch (error) {
      return failure(id, error);
    }
  }
}

const gone = (id: string, cause?: unknown): NotFoundError => new NotFoundError(`instance ${id} is gone`, { cause });

function failure(id: string, error: unknown): Error {
  if (meaningOf(error) === "gone") return gone(id, error);
  return error instanceof Error ? error : new Error(String(error));
}
