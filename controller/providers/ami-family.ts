import type { AmiFamily, BlockDeviceMapping, EC2NodeClass } from "../api/ec2-node-class";

/** What the image families differ in. Volumes and memory maths follow each family's own documentation. */
export interface FamilyTraits {
  readonly os: "linux" | "windows";
  readonly windowsBuild?: string;
  /** What a class without mappings gets. */
  readonly blockDevices: readonly BlockDeviceMapping[];
  /** The device that holds pods' files, whose size is the node's ephemeral storage. */
  readonly ephemeralDevice?: string;
  readonly ephemeralDefault: string;
  /** Whether the number of pods follows from network interfaces; else 110. */
  readonly podsByInterfaces: boolean;
  readonly podsPerCore: boolean;
  /** Whether kube-reserved memory follows from the interfaces even when `maxPods` says otherwise. */
  readonly memoryByInterfaces: boolean;
}

const gp3 = (deviceName: string, volumeSize: string): BlockDeviceMapping => ({
  deviceName,
  ebs: { volumeSize, volumeType: "gp3", encrypted: true },
});

const amazonLinux: FamilyTraits = {
  os: "linux",
  blockDevices: [gp3("/dev/xvda", "20Gi")],
  ephemeralDevice: "/dev/xvda",
  ephemeralDefault: "20Gi",
  podsByInterfaces: true,
  podsPerCore: true,
  memoryByInterfaces: true,
};

const windows = (windowsBuild: string): FamilyTraits => ({
  os: "windows",
  windowsBuild,
  blockDevices: [gp3("/dev/sda1", "50Gi")],
  ephemeralDevice: "/dev/sda1",
  ephemeralDefault: "50Gi",
  podsByInterfaces: false,
  podsPerCore: true,
  memoryByInterfaces: false,
});

export const families: Readonly<Record<AmiFamily, FamilyTraits>> = {
  AL2: amazonLinux,
  AL2023: amazonLinux,
  Bottlerocket: {
    os: "linux",
    // The system's volume, and the one for images and pods.
    blockDevices: [gp3("/dev/xvda", "4Gi"), gp3("/dev/xvdb", "20Gi")],
    ephemeralDevice: "/dev/xvdb",
    ephemeralDefault: "20Gi",
    podsByInterfaces: true,
    podsPerCore: false,
    memoryByInterfaces: false,
  },
  Windows2019: windows("10.0.17763"),
  Windows2022: windows("10.0.20348"),
  Windows2025: windows("10.0.26100"),
  Custom: {
    os: "linux",
    blockDevices: [],
    ephemeralDefault: "20Gi",
    podsByInterfaces: true,
    podsPerCore: true,
    memoryByInterfaces: true,
  },
};

const byAlias: ReadonlyMap<string, AmiFamily> = new Map(
  (["AL2", "AL2023", "Bottlerocket", "Windows2019", "Windows2022", "Windows2025"] as const).map((family) => [
    family.toLowerCase(),
    family,
  ]),
);

export interface Alias {
  readonly family: AmiFamily;
  /** `latest`, or a release of the family's images. */
  readonly version: string;
}

/** The alias among the class' image terms, if it has one. */
export function aliasOf({ spec }: Pick<EC2NodeClass, "spec">): Alias | undefined {
  const alias = spec.amiSelectorTerms.find((term) => term.alias !== undefined)?.alias;
  if (alias === undefined) return undefined;
  const [name = "", version = ""] = alias.split("@");
  const family = byAlias.get(name.toLowerCase());
  return family && { family, version };
}

/** How the class' machines boot: `amiFamily`, else its alias' family. */
export const familyOf = (nodeClass: Pick<EC2NodeClass, "spec">): AmiFamily =>
  nodeClass.spec.amiFamily ?? aliasOf(nodeClass)?.family ?? "Custom";
