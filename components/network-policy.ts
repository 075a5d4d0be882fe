/** Who may talk to the controller, and to whom it talks. */
import type * as k8s from "@pulumi/kubernetes";
import { controllerLabels } from "../controller/contract/names";
import type { ListeningPorts } from "./controller-objects";

/**
 * Where nodes serve the credentials of EKS pod identities.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 */
const podIdentityAgent = ["169.254.170.23/32", "fd00:ec2::23/128"] as const;

/** In: metrics and probes. Out: names, the credentials' agent, and what speaks HTTPS, as the API server and AWS do. */
export const networkPolicySpec = ({
  metrics,
  health,
}: ListeningPorts): k8s.types.input.networking.v1.NetworkPolicySpec => ({
  podSelector: { matchLabels: { ...controllerLabels } },
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    {
      ports: [
        { port: metrics, protocol: "TCP" },
        { port: health, protocol: "TCP" },
      ],
    },
  ],
  egress: [
    { ports: [{ port: 443, protocol: "TCP" }] },
    {
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    },
    { to: podIdentityAgent.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: 80, protocol: "TCP" }] },
  ],
});
