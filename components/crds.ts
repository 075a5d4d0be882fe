import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CustomResourceDefinition } from "../controller/api/crds";
import { crds } from "../controller/api/crds";
import { OwnResource } from "./own-resource";

export interface CrdsSettings {
  /**
   * Leaves the definitions in the cluster when the stack goes. Deleting a definition deletes every object of its kind.
   * @default false
   */
  readonly retain?: boolean;
  /**
   * Whether the definition of CapacityBuffer is ours to install and remove. Cluster Autoscaler brings the same one;
   * where it is there already, leave it alone.
   * @default true
   */
  readonly capacityBuffers?: boolean;
  /**
   * Takes definitions over that are there, by server-side apply, and leaves these when the stack goes: for clusters in
   * which Helm or kubectl made them. Not for a stack that made them itself, which is refused.
   * @default false: definitions that are there are an error
   */
  readonly adopt?: boolean;
}

export interface CrdsArgs extends CrdsSettings {
  /** How to reach the cluster's API where definitions are adopted. @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string | undefined>;
}

const sharedDefinition = "capacitybuffers.autoscaling.x-k8s.io";

/** Karpenter's kinds, of the version that this controller serves. */
export class Crds extends pulumi.ComponentResource {
  readonly names: readonly string[];

  constructor(name: string, args: CrdsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Crds", name, args, opts);

    const own = definitionsOf(args);
    for (const definition of own) this.define(`${name}-${definition.metadata.name}`, definition, args);

    this.names = own.map(({ metadata }) => metadata.name);
    this.registerOutputs({ names: this.names });
  }

  private define(
    name: string,
    definition: CustomResourceDefinition,
    { adopt = false, retain = false, kubeconfig }: CrdsArgs,
  ): void {
    const { metadata, spec } = definition;
    if (adopt) {
      const secret = kubeconfig === undefined ? undefined : pulumi.secret(kubeconfig);
      const inputs = { name: metadata.name, definition, retain, kubeconfig: secret };
      new OwnResource("Definition", name, { inputs, opts: { parent: this } });
      return;
    }
    new k8s.apiextensions.v1.CustomResourceDefinition(
      name,
      // The spec is the very JSON that kubectl would apply; its type here would only repeat the schema of schemas.
      { metadata, spec: spec as k8s.types.input.apiextensions.v1.CustomResourceDefinitionSpec },
      { parent: this, retainOnDelete: retain },
    );
  }
}

/** Those that are ours to see to. */
export const definitionsOf = ({ capacityBuffers = true }: CrdsSettings = {}): readonly CustomResourceDefinition[] =>
  crds.filter(({ metadata }) => capacityBuffers || metadata.name !== sharedDefinition);
