import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** How to reach an account. Endpoints and whatever is not said come from the environment, as in every AWS tool. */
export interface AwsConnection {
  readonly region: string;
  readonly profile?: string;
  /** Assumed with the profile's, or the environment's, credentials. */
  readonly roleArn?: string;
}

export interface AwsClients {
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
}

export function awsClients({ region, profile, roleArn }: AwsConnection): AwsClients {
  const own = profile === undefined ? fromNodeProviderChain() : fromIni({ profile });
  const credentials =
    roleArn === undefined
      ? own
      : fromTemporaryCredentials({ masterCredentials: own, params: { RoleArn: roleArn }, clientConfig: { region } });
  // Adaptive retries are the SDK's own answer to an account whose API is throttled.
  const settings = { region, credentials, retryMode: "adaptive", maxAttempts: 8 };
  return {
    ec2: new EC2Client(settings),
    eks: new EKSClient(settings),
    iam: new IAMClient(settings),
    sts: new STSClient(settings),
  };
}

/** AWS's code for what went wrong. */
export const codeOf = (error: unknown): string => (error instanceof Error ? error.name : "");
