/** Upstream's getting started asks for this much. On Fargate the pod gets it, and pays for it, whole. */
export const controllerResources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
