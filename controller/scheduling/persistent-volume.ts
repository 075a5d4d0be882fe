import { labels } from "../api/labels";
import type { NodeSelectorTerm } from "../api/pod";
import type { PersistentVolume } from "../api/storage";
import { normalized } from "../api/well-known";
import { only } from "./requirement";
import { allOf, both, disagreement, none, type Requirements, requirementsOf } from "./requirements";

/**
 * Where a volume can be attached, as alternatives. A volume on a node's own disk is not pinned to that node: when the
 * node is gone, so is the volume.
 */
export function placesOfVolume({ metadata, spec }: PersistentVolume): readonly Requirements[] {
  const ofTheNode = spec.local !== undefined || spec.hostPath !== undefined;
  const terms = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).filter(isSaying);
  const places = terms.map(({ matchExpressions = [] }) =>
    requirementsOf(ofTheNode ? matchExpressions.filter(({ key }) => key !== labels.hostname) : matchExpressions),
  );
  const labelled = placeByLabels(metadata.labels);
  const alternatives = places.length === 0 ? [none] : places;
  const possible = alternatives.filter((place) => disagreement(place, labelled) === undefined);
  return possible.map((place) => both(place, labelled));
}

const isSaying = ({ matchExpressions = [] }: NodeSelectorTerm): boolean => matchExpressions.length > 0;

/** Several values are joined by this. */
const SEPARATOR = "__";

/**
 * Volumes of the time before CSI say by labels where they are, which the kube-scheduler heeds to this day
 * (https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone).
 */
const placeByLabels = (own: PersistentVolume["metadata"]["labels"] = {}): Requirements =>
  allOf(
    Object.entries(own)
      .map(([key, value]) => [normalized(key), value] as const)
      .filter(([key]) => key === labels.zone || key === labels.region)
      .map(([key, value]) => only(key, ...value.split(SEPARATOR))),
  );

const ebs = "ebs.csi.aws.com";

/**
 * Drivers that serve what was built into Kubernetes once
 * (https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration).
 */
const successors: Readonly<Partial<Record<string, string>>> = { "kubernetes.io/aws-ebs": ebs };

/** The CSI driver behind a storage class's provisioner. */
export const driverOfProvisioner = (provisioner: string): string => successors[provisioner] ?? provisioner;

/** A volume as its driver attaches it. */
export interface Attachment {
  readonly driver: string;
  /** The same for the same volume, whatever it is claimed by. */
  readonly volume: string;
}

/** Undefined for volumes that are mounted without being attached, such as NFS, and that no limit counts. */
export function attachmentOf({ metadata, spec }: PersistentVolume): Attachment | undefined {
  if (spec.csi !== undefined) return { driver: spec.csi.driver, volume: spec.csi.volumeHandle ?? metadata.name };
  const id = spec.awsElasticBlockStore?.volumeID;
  return id === undefined ? undefined : { driver: ebs, volume: id.split("/").at(-1) ?? id };
}
