import type { EC2NodeClass } from "../api/ec2-node-class";
import { clusterTag, tags } from "../contract/tags";
import type { Clock } from "../ports/clock";
import type { InstanceType } from "../scheduling/instance-type";
import { denialHint, meaningOf } from "./aws-errors";
import { Cache } from "./cache";
import type { ClusterFacts } from "./eks-api";
import type { Ec2LaunchApi } from "./ec2-launch-api";
import { imageFor, type InstanceTypes } from "./instance-types";
import { planTemplates, type LaunchSubject } from "./launch-plan";
import type { LaunchTemplate } from "./launch-template";
import { launchTags } from "./launch-tags";
import type { LaunchTemplates } from "./launch-templates";
import { requestOf } from "./launches";

const REFRESH_MS = 30 * 60_000;
/** EC2's limit, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const MOST_USER_DATA = 16_384;

/** What is wrong with a class: the condition's reason, and what people read. */
export interface Objection {
  readonly reason: string;
  readonly message: string;
}

interface Deps {
  readonly ec2: Pick<Ec2LaunchApi, "rehearseFleet" | "rehearseLaunch">;
  readonly templates: LaunchTemplates;
  readonly instanceTypes: InstanceTypes;
  readonly cluster: () => Promise<ClusterFacts>;
  readonly clusterDns?: string;
  readonly clusterName: string;
  /** Whether the machines of the class use capacity reservations. */
  readonly usesReservations: boolean;
  readonly clock: Clock;
  /** Without asking EC2 at all. */
  readonly disabled: boolean;
}

/** Launches with a class without launching, so that a missing permission is told before a pod waits for it. */
export class Rehearsals {
  readonly #deps: Deps;
  readonly #judged: Cache<Objection | undefined>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#judged = new Cache(deps.clock, REFRESH_MS);
  }

  /**
   * Undefined when a launch would work. Throws what passes by itself: throttling, AWS' own failures, a profile not
   * known everywhere yet.
   */
  async objectionTo(nodeClass: EC2NodeClass): Promise<Objection | undefined> {
    const tagged = forbiddenTags(nodeClass);
    if (tagged.length > 0) {
      return { reason: "TagValidationFailed", message: `spec.tags may not set ${tagged.join(", ")}: Karpenter does` };
    }
    if (this.#deps.disabled) return undefined;
    const { status: { subnets, securityGroups, amis, instanceProfile } = {}, spec, metadata } = nodeClass;
    const judged = [metadata.name, spec, metadata.annotations, subnets, securityGroups, amis, instanceProfile];
    return this.#judged.get(JSON.stringify(judged), () => this.#rehearse(nodeClass));
  }

  async #rehearse(nodeClass: EC2NodeClass): Promise<Objection | undefined> {
    const type = probeType(nodeClass, this.#deps.instanceTypes.forClass(nodeClass));
    if (type === undefined) return undefined;
    const subject = await this.#subject(nodeClass);
    const [planned] = planTemplates(subject, [{ type }]);
    if (planned === undefined) return undefined;
    const { template } = planned;
    let name = "";
    const ensure = async (): Promise<void> => {
      name = await this.#deps.templates.ensure(template);
    };
    return (
      tooLong(template.userData) ??
      (await objection("ec2:CreateLaunchTemplate", nodeClass, ensure)) ??
      this.#rehearseWith({ name, template, type: type.name, subject })
    );
  }

  async #rehearseWith({ name, template, type, subject }: Rehearsed): Promise<Objection | undefined> {
    const { ec2 } = this.#deps;
    const { nodeClass, tags: tagged } = subject;
    const { imageId, networkInterfaces } = template;
    const overrides = (nodeClass.status?.subnets ?? []).map(({ id, zone }) => ({
      ...{ instanceType: type, zone, subnetId: id, imageId, priority: 0 },
    }));
    const request = requestOf(subject, { market: "on-demand", templates: [{ name, overrides }] });
    const fleet = await objection("ec2:CreateFleet", nodeClass, () => ec2.rehearseFleet(request));
    if (fleet) return fleet;
    let first: Objection | undefined;
    for (const { subnetId } of overrides) {
      const rehearsal = { template: name, instanceType: type, imageId, subnetId, networkInterfaces, tags: tagged };
      const refused = await objection("ec2:RunInstances", nodeClass, () => ec2.rehearseLaunch(rehearsal));
      // One subnet that works is enough; with none the first one's words count.
      if (!refused) return undefined;
      first ??= refused;
    }
    return first;
  }

  async #subject(nodeClass: EC2NodeClass): Promise<LaunchSubject> {
    const { clusterName, clusterDns, cluster, usesReservations } = this.#deps;
    const { name } = nodeClass.metadata;
    return {
      claim: {
        metadata: { name: "", uid: "" },
        spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name }, requirements: [] },
      },
      ...{ nodeClass, capacityType: "on-demand", usesReservations, clusterName },
      ...(clusterDns !== undefined && { clusterDns }),
      cluster: await cluster(),
      instanceProfile: nodeClass.status?.instanceProfile ?? "",
      tags: launchTags({ clusterName, nodeClass, nodePool: "" }),
    };
  }
}

interface Rehearsed {
  readonly name: string;
  readonly template: LaunchTemplate;
  readonly type: string;
  readonly subject: LaunchSubject;
}

function tooLong(userData: string): Objection | undefined {
  const size = Buffer.byteLength(userData);
  if (size <= MOST_USER_DATA) return undefined;
  const message = `user data has ${size} bytes, EC2 takes ${MOST_USER_DATA}; shorten spec.userData`;
  return { reason: "UserDataSizeLimitExceeded", message };
}

/** A plain machine where there is one: images for accelerators may need bigger volumes than the class maps. */
function probeType(nodeClass: EC2NodeClass, types: readonly InstanceType[]): InstanceType | undefined {
  const bootable = types.filter((type) => imageFor(type, nodeClass.status?.amis ?? []) && type.offerings.length > 0);
  const usual = ["m5.large", "m6g.large"].flatMap((name) => bootable.find((type) => type.name === name) ?? []);
  return usual[0] ?? bootable[0];
}

const reasons: Readonly<Record<string, string>> = {
  "ec2:CreateLaunchTemplate": "CreateLaunchTemplateAuthCheckFailed",
  "ec2:CreateFleet": "CreateFleetAuthCheckFailed",
  "ec2:RunInstances": "RunInstancesAuthCheckFailed",
};

/** Undefined when the rehearsal passed. Throws what is neither a refusal nor a passing. */
async function objection(
  action: string,
  { spec }: EC2NodeClass,
  rehearse: () => Promise<void>,
): Promise<Objection | undefined> {
  try {
    await rehearse();
    return undefined;
  } catch (error) {
    const meaning = meaningOf(error);
    if (meaning === "dry run passed") return undefined;
    if (!(error instanceof Error)) throw error;
    if (meaning === "denied") {
      const message = `Controller isn't authorized to call ${action}: ${denialHint(error.message)}; ${error.message}`;
      return { reason: reasons[action] ?? "Unauthorized", message };
    }
    // A profile that we have just made is not known everywhere at once; one that the user names should be.
    if (spec.instanceProfile === undefined || !error.message.includes("Invalid IAM Instance Profile name")) throw error;
    return {
      reason: "InstanceProfileNotFound",
      message: `spec.instanceProfile ${spec.instanceProfile}: no such instance profile`,
    };
  }
}

/** Tags that are ours alone (https://karpenter.sh/docs/concepts/nodeclasses/#spectags). */
const forbiddenTags = ({ spec }: EC2NodeClass): readonly string[] =>
  Object.keys(spec.tags ?? {}).filter((key) => key.startsWith(clusterTag("")) || ourTags.has(key));

const ourTags: ReadonlySet<string> = new Set([tags.clusterName, tags.nodePool, tags.nodeClaim, tags.nodeClass]);
