import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { controllerLabels, names } from "../controller/contract/names";
import type { Rule } from "./rbac";
import { adminRules, dnsRules, leaseRules, readRules, writeRules } from "./rbac";

export interface ControllerRbacArgs {
  /** Of the controller's service account. */
  readonly namespace: string;
}

/** What the controller's service account may do in the cluster, and what administrators may do with its kinds. */
export class ControllerRbac extends pulumi.ComponentResource {
  constructor(name: string, { namespace }: ControllerRbacArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:ControllerRbac", name, { namespace }, opts);
    const account = { kind: "ServiceAccount", name: names.controller, namespace };
    const labels = { ...controllerLabels };

    new k8s.rbac.v1.ClusterRole(
      `${name}-admin`,
      {
        metadata: {
          name: `${names.controller}-admin`,
          labels: { ...labels, "rbac.authorization.k8s.io/aggregate-to-admin": "true" },
        },
        rules: [...adminRules],
      },
      { parent: this },
    );
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: names.controller, labels }, rules: [...readRules(), ...writeRules] },
      { parent: this },
    );
    new k8s.rbac.v1.ClusterRoleBinding(
      name,
      {
        metadata: { name: names.controller, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [account],
      },
      { parent: this },
    );
    this.bindIn(namespace, { name, suffix: "", rules: leaseRules, account });
    this.bindIn("kube-system", { name, suffix: "-dns", rules: dnsRules, account });

    this.registerOutputs({});
  }

  private bindIn(namespace: string, { name, suffix, rules, account }: Grant): void {
    const metadata = { name: `${names.controller}${suffix}`, namespace, labels: { ...controllerLabels } };
    const role = new k8s.rbac.v1.Role(`${name}${suffix}`, { metadata, rules: [...rules] }, { parent: this });
    new k8s.rbac.v1.RoleBinding(
      `${name}${suffix}`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [account],
      },
      { parent: this },
    );
  }
}

interface Grant {
  readonly name: string;
  readonly suffix: string;
  readonly rules: readonly Rule[];
  readonly account: { readonly kind: string; readonly name: string; readonly namespace: string };
}
