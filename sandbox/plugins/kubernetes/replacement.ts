/**
 * Fields that cannot be changed in place, by group and kind; the published provider replaces the object for them
 * (https://www.pulumi.com/registry/packages/kubernetes/, "replacement" in each resource's page).
 */
import type { Kind } from "./identity";
import { groupOf } from "./identity";
import type { Path } from "./json";
import type { Settings } from "./settings";

/** Whose contents may be changed in place although replacing them is the default. */
export type Mutable = Pick<Settings, "enableConfigMapMutable" | "enableSecretMutable">;

const everywhere = ["metadata.name", "metadata.namespace", "kind"];

const podMutable = ["activeDeadlineSeconds", "tolerations", "schedulingGates"];

const immutable: Readonly<Record<string, readonly string[]>> = {
  "/ConfigMap": ["data", "binaryData"],
  "/PersistentVolumeClaim": ["spec"],
  "/ResourceQuota": ["spec.scopes"],
  "/Secret": ["type", "data", "stringData"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Whether a change at this path means a new object instead of a changed one. */
export function mustReplace(kind: Kind, path: Path, allowed: Mutable): boolean {
  const key = `${groupOf(kind)}/${kind.kind}`;
  if (key === "/Pod") return podMustReplace(path) || covers(everywhere, path);
  const mutable =
    (key === "/ConfigMap" && allowed.enableConfigMapMutable) || (key === "/Secret" && allowed.enableSecretMutable);
  return covers(everywhere, path) || (!mutable && covers(immutable[key] ?? [], path));
}

const covers = (prefixes: readonly string[], path: Path): boolean => {
  const written = path.join(".");
  // A change may also lie above the field, where a whole branch comes or goes.
  return prefixes.some(
    (prefix) => written === prefix || written.startsWith(`${prefix}.`) || prefix.startsWith(`${written}.`),
  );
};

/** Of a pod's spec, only its containers' images and a few fields may change (Kubernetes docs, "Pod update"). */
const podMustReplace = ([top, field, , inContainer]: Path): boolean => {
  if (top !== "spec") return false;
  if (field === "containers" || field === "initContainers") return inContainer !== "image";
  return !podMutable.includes(String(field));
};
