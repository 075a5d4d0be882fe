import { createHash } from "node:crypto";
import type { EC2NodeClass } from "../api/ec2-node-class";
import { instanceProfilePath } from "../contract/names";
import { clusterTag, owned, tags } from "../contract/tags";
import type { Clock } from "../ports/clock";
import { PermissionError, TerminalError } from "../ports/errors";
import { codeOf, denialHint, meaningOf } from "./aws-errors";
import { Cache } from "./cache";
import type { IamApi, InstanceProfile } from "./iam-api";

const REFRESH_MS = 15 * 60_000;
const LONGEST_NAME = 128;

interface Deps {
  readonly iam: IamApi;
  readonly clock: Clock;
  readonly clusterName: string;
  readonly region: string;
  /** Without a way to IAM, which has no VPC endpoint: profiles are the user's own. */
  readonly isolatedVpc: boolean;
}

/** The instance profiles that machines get their role from: one for each class and role, made and removed by us. */
export class InstanceProfiles {
  readonly #deps: Deps;
  readonly #made: Cache<string>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#made = new Cache(deps.clock, REFRESH_MS);
  }

  /** The class' own profile, or one that holds its role. @throws TerminalError, PermissionError */
  async ensure(nodeClass: EC2NodeClass): Promise<string> {
    const { instanceProfile, role } = nodeClass.spec;
    if (instanceProfile !== undefined) return instanceProfile;
    if (role === undefined) {
      throw new TerminalError(`EC2NodeClass ${nodeClass.metadata.name}: spec.role or spec.instanceProfile must be set`);
    }
    const name = this.#nameFor(nodeClass, role);
    return this.#made.get(name, async () => {
      try {
        await this.#make(name, nodeClass, roleName(role));
      } catch (error) {
        throw explained(error, role);
      }
      return name;
    });
  }

  /** Removes every profile made for the class. */
  async releaseClass(nodeClass: EC2NodeClass): Promise<void> {
    if (this.#deps.isolatedVpc || nodeClass.spec.role === undefined) return;
    for (const profile of await this.#deps.iam.list(this.#pathOf(nodeClass))) await this.#remove(profile);
    this.#made.clear();
  }

  async #make(name: string, nodeClass: EC2NodeClass, role: string): Promise<void> {
    const { iam, clusterName, region } = this.#deps;
    const tagged = {
      ...nodeClass.spec.tags,
      [clusterTag(clusterName)]: owned,
      [tags.clusterName]: clusterName,
      [tags.nodeClass]: nodeClass.metadata.name,
      [tags.region]: region,
    };
    await unless("exists", () => iam.create({ name, path: this.#pathOf(nodeClass), tags: tagged }));
    const { roles } = await iam.get(name);
    if (roles.includes(role)) return;
    for (const other of roles) await iam.removeRole(name, other);
    await iam.addRole(name, role);
  }

  async #remove({ name, roles }: InstanceProfile): Promise<void> {
    for (const role of roles) await unless("gone", () => this.#deps.iam.removeRole(name, role));
    await unless("gone", () => this.#deps.iam.delete(name));
  }

  #pathOf({ metadata }: EC2NodeClass): string {
    const { region, clusterName } = this.#deps;
    return `${instanceProfilePath(region, clusterName)}${metadata.uid ?? metadata.name}/`;
  }

  /** Named after class and role, so that whoever makes it, and however often, makes the same. */
  #nameFor({ metadata }: EC2NodeClass, role: string): string {
    const { region, clusterName } = this.#deps;
    const digest = createHash("sha256")
      .update([region, metadata.uid ?? metadata.name, role].join("\n"))
      .digest("hex");
    return `${clusterName.slice(0, LONGEST_NAME - 21)}_${digest.slice(0, 20)}`;
  }
}

/** A role may be given with its path; IAM wants the name alone. */
const roleName = (role: string): string => role.slice(role.lastIndexOf("/") + 1);

async function unless(meaning: "exists" | "gone", act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (meaningOf(error) !== meaning) throw error;
  }
}

function explained(error: unknown, role: string): unknown {
  if (!(error instanceof Error)) return error;
  if (meaningOf(error) === "gone") return new TerminalError(`spec.role ${role}: no such IAM role`, { cause: error });
  if (meaningOf(error) !== "denied") return error;
  const message = `making the instance profile for role ${role} is not allowed (${codeOf(error)}): ${denialHint(error.message)}; ${error.message}`;
  return new PermissionError(message, { cause: error });
}
