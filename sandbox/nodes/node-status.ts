export interface ReadyNode {
  readonly name: string;
  readonly ip: string;
  readonly resources: Readonly<Record<string, string>>;
  /** Since when it is. */
  readonly at: Date;
}

/** The status of a node that has been Ready since it is there. */
export const readyStatus = ({ name, ip, resources, at }: ReadyNode): object => ({
  capacity: resources,
  allocatable: resources,
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "KubeletReady",
      message: "the sandbox keeps it",
      lastHeartbeatTime: at.toISOString(),
      lastTransitionTime: at.toISOString(),
    },
  ],
  addresses: [
    { type: "InternalIP", address: ip },
    { type: "Hostname", address: name },
  ],
});
