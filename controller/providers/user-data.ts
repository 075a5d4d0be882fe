import type { AmiFamily } from "../api/ec2-node-class";
import type { Labels } from "../api/kube-object";
import { labels, taints } from "../api/labels";
import type { Boot } from "./boot";
import { al2 } from "./user-data-al2";
import { al2023 } from "./user-data-al2023";
import { bottlerocket } from "./user-data-bottlerocket";
import { windows } from "./user-data-windows";

const writers: Readonly<Record<AmiFamily, (boot: Boot) => string>> = {
  AL2: al2,
  AL2023: al2023,
  Bottlerocket: bottlerocket,
  Windows2019: windows,
  Windows2022: windows,
  Windows2025: windows,
  // A custom image does what it does; its author registers the node with the taint that Karpenter's documentation asks
  // for.
  Custom: ({ custom }) => custom,
};

/** The user data of a family, as plain text. @throws TerminalError when the class' own user data cannot be read. */
export const userData = (family: AmiFamily, boot: Boot): string =>
  writers[family]({
    ...boot,
    labels: { ...registrable(boot.labels), [labels.doNotSyncTaints]: "true" },
    taints: [...boot.taints, taints.unregistered],
  });

const reserved = /(^|\.)(kubernetes\.io|k8s\.io)\//;

/**
 * Labels that a kubelet may give its own node. The API server refuses those in Kubernetes' own domains
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction); they are added to
 * the node when it registers.
 */
const registrable = (all: Labels): Labels =>
  Object.fromEntries(Object.entries(all).filter(([key]) => !reserved.test(key)));
