import type { AmiSelectorTerm, EC2NodeClass, ResolvedAmi } from "../api/ec2-node-class";
import { labels } from "../api/labels";
import type { RequirementSpec } from "../api/requirement";
import type { Clock } from "../ports/clock";
import { TerminalError } from "../ports/errors";
import type { Log } from "../ports/log";
import { aliasOf, type Alias } from "./ami-family";
import { Cache } from "./cache";
import type { ClusterFacts } from "./eks-api";
import type { Ec2DiscoveryApi, Image, ImageQuery } from "./ec2-discovery-api";
import { imageParameters } from "./image-aliases";
import { byText, tagFilters } from "./selector";
import type { SsmApi } from "./ssm-api";

const DAY_MS = 24 * 3_600_000;
/** A parameter of the user's own may be pointed elsewhere at any time. */
const OWN_PARAMETER_MS = 5 * 60_000;

interface Deps {
  readonly ec2: Pick<Ec2DiscoveryApi, "images">;
  readonly ssm: SsmApi;
  readonly cluster: () => Promise<ClusterFacts>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an answer is good for. @default 60_000 */
  readonly refreshMs?: number;
}

interface Found {
  readonly image: Image;
  readonly requirements: readonly RequirementSpec[];
}

/** The images that a class selects, and the machines that each is for. */
export class Images {
  readonly #deps: Deps;
  readonly #resolved: Cache<readonly ResolvedAmi[]>;
  readonly #published: Cache<string | undefined>;
  readonly #own: Cache<string | undefined>;
  /** Image ids already told of, so that the log names each once. */
  readonly #told = new Set<string>();
  /** Published parameters that move on, and the image they last named. */
  readonly #moving = new Map<string, string>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#resolved = new Cache(deps.clock, deps.refreshMs ?? 60_000);
    this.#published = new Cache(deps.clock, DAY_MS);
    this.#own = new Cache(deps.clock, OWN_PARAMETER_MS);
  }

  /** Newest first. @throws TerminalError for an alias that the cluster's version does not have. */
  async selected(nodeClass: Pick<EC2NodeClass, "spec">): Promise<readonly ResolvedAmi[]> {
    const { version } = await this.#deps.cluster();
    const key = JSON.stringify([nodeClass.spec.amiSelectorTerms, version]);
    return this.#resolved.get(key, async () => {
      const alias = aliasOf(nodeClass);
      const found = alias ? await this.#byAlias(alias, version) : await this.#byTerms(nodeClass.spec.amiSelectorTerms);
      return bestOfEach(found, this.#deps.clock.now());
    });
  }

  /** Asks anew for every parameter that moves on and whose image has been deprecated since (every 30 minutes). */
  async forgetDeprecated(): Promise<void> {
    const ids = [...new Set(this.#moving.values())];
    if (ids.length === 0) return;
    const now = this.#deps.clock.now();
    const images = await this.#deps.ec2.images({ filters: [{ name: "image-id", values: ids }], owners: [] });
    const old = new Set(images.filter((image) => isDeprecated(image, now)).map(({ id }) => id));
    for (const [name, id] of this.#moving) if (old.has(id)) this.#published.forget(name);
  }

  async #byAlias(alias: Alias, kubernetes: string): Promise<readonly Found[]> {
    const wanted = imageParameters(alias, kubernetes);
    const ids = await Promise.all(
      wanted.map(async ({ name }) => this.#published.get(name, () => this.#deps.ssm.parameter(name))),
    );
    const found = wanted.flatMap((parameter, index) => {
      const id = ids[index];
      return id === undefined ? [] : [{ ...parameter, id }];
    });
    if (found.length === 0) {
      const name = `${alias.family.toLowerCase()}@${alias.version}`;
      throw new TerminalError(`alias ${name} has no images for Kubernetes ${kubernetes}; is the version right?`);
    }
    for (const { name, id } of found) this.#remember(name, { id, moves: alias.version === "latest" });
    const images = await this.#described(found.map(({ id }) => id));
    return found.flatMap(({ id, requirements }) => {
      const image = images.get(id);
      return image ? [{ image, requirements }] : [];
    });
  }

  #remember(parameter: string, { id, moves }: { readonly id: string; readonly moves: boolean }): void {
    if (moves) this.#moving.set(parameter, id);
    if (this.#told.has(`${parameter} ${id}`)) return;
    this.#told.add(`${parameter} ${id}`);
    this.#deps.log.info("discovered ami", { parameter, id });
  }

  async #described(ids: readonly string[]): Promise<ReadonlyMap<string, Image>> {
    const filters = [{ name: "image-id", values: [...new Set(ids)] }];
    const images = await this.#deps.ec2.images({ filters, owners: [] });
    return new Map(images.map((image) => [image.id, image]));
  }

  async #byTerms(terms: readonly AmiSelectorTerm[]): Promise<readonly Found[]> {
    const ids = await Promise.all(terms.map((term) => this.#idOf(term)));
    const byId = ids.flatMap((id) => id ?? []);
    const asked: ImageQuery[] = terms.flatMap((term) => (hasId(term) ? [] : [queryOf(term)]));
    if (byId.length > 0) asked.push({ filters: [{ name: "image-id", values: byId }], owners: [] });
    const images = (await Promise.all(asked.map((query) => this.#deps.ec2.images(query)))).flat();
    return images.map((image) => ({
      image,
      requirements: [{ key: labels.arch, operator: "In", values: [image.arch] }],
    }));
  }

  async #idOf({ id, ssmParameter }: AmiSelectorTerm): Promise<string | undefined> {
    if (ssmParameter === undefined) return id;
    const value = await this.#own.get(ssmParameter, () => this.#deps.ssm.parameter(ssmParameter));
    if (value === undefined) return undefined;
    if (!value.startsWith("ami-")) {
      throw new TerminalError(
        `SSM parameter ${ssmParameter} holds ${JSON.stringify(value)}, which is not an image id (ami-…)`,
      );
    }
    this.#remember(ssmParameter, { id: value, moves: false });
    return value;
  }
}

const hasId = ({ id, ssmParameter }: AmiSelectorTerm): boolean => id !== undefined || ssmParameter !== undefined;

const queryOf = ({ name, tags, owner }: AmiSelectorTerm): ImageQuery => ({
  filters: [...(name === undefined ? [] : [{ name: "name", values: [name] }]), ...tagFilters(tags)],
  owners: ownersOf(name, owner),
});

/** A name alone would find images of anyone who chose the same name, so it means our own and Amazon's. */
function ownersOf(name: string | undefined, owner: string | undefined): readonly string[] {
  if (owner !== undefined) return [owner];
  return name === undefined ? [] : ["self", "amazon"];
}

const isDeprecated = ({ deprecatedAt }: Image, now: number): boolean =>
  deprecatedAt !== undefined && deprecatedAt <= now;

/** One image for each set of requirements: not deprecated, then newest, then by name; all of them newest first. */
function bestOfEach(found: readonly Found[], now: number): readonly ResolvedAmi[] {
  const ranked = [...found].sort(
    ({ image: a }, { image: b }) =>
      Number(isDeprecated(a, now)) - Number(isDeprecated(b, now)) ||
      b.createdAt - a.createdAt ||
      byText(a.name, b.name) ||
      byText(a.id, b.id),
  );
  const best = new Map<string, Found>();
  for (const each of ranked) {
    const key = JSON.stringify(each.requirements);
    if (!best.has(key)) best.set(key, each);
  }
  return [...best.values()]
    .sort(({ image: a }, { image: b }) => b.createdAt - a.createdAt)
    .map(({ image, requirements }) => ({
      id: image.id,
      name: image.name,
      requirements,
      ...(isDeprecated(image, now) && { deprecated: true }),
    }));
}
