import capacityBuffers from "./crds/capacitybuffers.json";
import ec2NodeClasses from "./crds/ec2nodeclasses.json";
import nodeClaims from "./crds/nodeclaims.json";
import nodeOverlays from "./crds/nodeoverlays.json";
import nodePools from "./crds/nodepools.json";

/** A CustomResourceDefinition as data. The schemas are Karpenter's v1 API: equal fields, patterns and CEL rules. */
export interface CustomResourceDefinition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** The kinds that this version of the controller serves; installed and removed with it. */
export const crds: readonly CustomResourceDefinition[] = [
  nodePools,
  nodeClaims,
  ec2NodeClasses,
  nodeOverlays,
  capacityBuffers,
];
