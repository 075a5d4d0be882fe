import { createHash } from "node:crypto";
import { tags } from "../contract/tags";
import type { Clock } from "../ports/clock";
import type { Log } from "../ports/log";
import { meaningOf } from "./aws-errors";
import type { Ec2LaunchApi } from "./ec2-launch-api";
import type { LaunchTemplate } from "./launch-template";

const PREFIX = "karpenter.k8s.aws/";
/** A template that nobody has used for so long goes. */
const UNUSED_MS = 60_000;

interface Deps {
  readonly ec2: Pick<Ec2LaunchApi, "createLaunchTemplate" | "launchTemplates" | "deleteLaunchTemplate">;
  readonly clock: Clock;
  readonly log: Log;
  readonly clusterName: string;
}

interface Kept {
  readonly ready: Promise<void>;
  usedAt: number;
}

/**
 * Launch templates, named after their content: created when first needed, reused, and removed when nobody needs them.
 */
export class LaunchTemplates {
  readonly #deps: Deps;
  readonly #kept = new Map<string, Kept>();
  /** What is being removed at this moment. */
  readonly #going = new Map<string, Promise<void>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The name of a template with this content, which exists when this resolves. */
  async ensure(template: LaunchTemplate): Promise<string> {
    const name = nameOf(template);
    const known = this.#kept.get(name) ?? { ready: this.#findOrCreate(name, template), usedAt: 0 };
    known.usedAt = this.#deps.clock.now();
    this.#kept.set(name, known);
    try {
      await known.ready;
    } catch (error) {
      if (this.#kept.get(name) === known) this.#kept.delete(name);
      throw error;
    }
    return name;
  }

  /** EC2 says that these are gone, whatever we thought. */
  forget(names: readonly string[]): void {
    for (const name of names) this.#kept.delete(name);
  }

  /** Takes charge of what an earlier controller left, so that it goes when it stays unused. */
  async adopt(): Promise<void> {
    const usedAt = this.#deps.clock.now();
    for (const name of await this.#ours()) {
      if (!this.#kept.has(name)) this.#kept.set(name, { ready: Promise.resolve(), usedAt });
    }
  }

  /** Removes what was not used for a minute. */
  async sweep(): Promise<void> {
    const before = this.#deps.clock.now() - UNUSED_MS;
    const unused = [...this.#kept].filter(([, { usedAt }]) => usedAt <= before).map(([name]) => name);
    await this.#remove(unused);
  }

  /** Removes everything made for a class. */
  async releaseClass(className: string): Promise<void> {
    await this.#remove(await this.#ours({ [tags.nodeClass]: className }));
  }

  async #findOrCreate(name: string, template: LaunchTemplate): Promise<void> {
    const { ec2, log } = this.#deps;
    // Found now, it would be gone when it is used. Whether its removal failed is the remover's business.
    await this.#going.get(name)?.catch(() => undefined);
    const found = await ec2.launchTemplates([{ name: "launch-template-name", values: [name] }]);
    if (found.length > 0) return;
    try {
      await ec2.createLaunchTemplate(name, template);
    } catch (error) {
      // Another replica was faster; equal names mean equal content.
      if (meaningOf(error) === "exists") return;
      throw error;
    }
    log.info("created launch template", { name, imageId: template.imageId });
  }

  async #ours(others: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const wanted = { [tags.clusterName]: this.#deps.clusterName, ...others };
    const filters = Object.entries(wanted).map(([key, value]) => ({ name: `tag:${key}`, values: [value] }));
    const found = await this.#deps.ec2.launchTemplates(filters);
    return found.map(({ name }) => name).filter((name) => name.startsWith(PREFIX));
  }

  /** One after the other; what a launch needs again before it is its turn stays. */
  async #remove(names: readonly string[]): Promise<void> {
    this.forget(names);
    for (const name of names) {
      if (this.#kept.has(name)) continue;
      const removal = this.#delete(name);
      this.#going.set(name, removal);
      try {
        await removal;
      } finally {
        this.#going.delete(name);
      }
    }
  }

  async #delete(name: string): Promise<void> {
    try {
      await this.#deps.ec2.deleteLaunchTemplate(name);
    } catch (error) {
      if (meaningOf(error) !== "gone") throw error;
    }
    this.#deps.log.debug("deleted launch template", { name });
  }
}

const nameOf = (template: LaunchTemplate): string =>
  PREFIX + createHash("sha256").update(JSON.stringify(template, sortedKeys)).digest("hex").slice(0, 32);

/** Equal content in whatever order of fields has one name. */
const sortedKeys = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
