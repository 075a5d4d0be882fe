/** Where AWS is. Credentials come from the SDK's own chain (web identity, pod identity, environment). */
export interface AwsConnection {
  readonly region: string;
  /** Replaces the public endpoints of every service. */
  readonly endpoint?: string;
}

/** What every SDK client is made with. */
export interface ClientConfig extends AwsConnection {
  readonly maxAttempts: number;
  readonly customUserAgent: [string][];
}

export const clientConfig = ({ region, endpoint }: AwsConnection): ClientConfig => ({
  region,
  ...(endpoint !== undefined && { endpoint }),
  maxAttempts: 5,
  customUserAgent: [["pulumi-karpenter"]],
});
