/**
 * The door to AWS: one client per service and region, loaded when first used, since a plugin is started on every `up`.
 */
import type { EC2 } from "@aws-sdk/client-ec2";
import type { EKS } from "@aws-sdk/client-eks";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { IAM } from "@aws-sdk/client-iam";
import type { SQS } from "@aws-sdk/client-sqs";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { AwsConfig } from "./config";

/** The clients of one region. */
export interface Aws {
  readonly region: string;
  ec2(): Promise<EC2>;
  eks(): Promise<EKS>;
  events(): Promise<EventBridge>;
  iam(): Promise<IAM>;
  sqs(): Promise<SQS>;
  ssm(): Promise<SSM>;
  sts(): Promise<STS>;
}

/** Clients for the provider's own region, or for another one on request; each is made once. */
export function connect(config: AwsConfig): (region?: string) => Aws {
  const regions = new Map<string, Aws>();
  return (region = config.region) => {
    const known = regions.get(region);
    if (known) return known;
    const made = regional(config, region);
    regions.set(region, made);
    return made;
  };
}

function regional(config: AwsConfig, region: string): Aws {
  const options = (...services: readonly string[]) => {
    const endpoint = services.map((service) => config.endpoints[service]).find((url) => url !== undefined);
    const { credentials, profile } = config;
    return {
      region,
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials && { credentials }),
      ...(profile !== undefined && { profile }),
    };
  };
  return {
    region,
    ec2: once(async () => new (await import("@aws-sdk/client-ec2")).EC2(options("ec2"))),
    eks: once(async () => new (await import("@aws-sdk/client-eks")).EKS(options("eks"))),
    // The provider knows EventBridge by three names (https://www.pulumi.com/registry/packages/aws/api-docs/provider).
    events: once(async () => {
      const { EventBridge } = await import("@aws-sdk/client-eventbridge");
      return new EventBridge(options("eventbridge", "cloudwatchevents", "events"));
    }),
    iam: once(async () => new (await import("@aws-sdk/client-iam")).IAM(options("iam"))),
    sqs: once(async () => new (await import("@aws-sdk/client-sqs")).SQS(options("sqs"))),
    ssm: once(async () => new (await import("@aws-sdk/client-ssm")).SSM(options("ssm"))),
    sts: once(async () => new (await import("@aws-sdk/client-sts")).STS(options("sts"))),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The answer, or `undefined` when AWS refuses with one of these codes. Codes, never messages: AWS rewords those. */
export async function unless<T>(codes: readonly string[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && codes.includes(error.name)) return undefined;
    throw error;
  }
}

/** What AWS promises to send and the SDK types as optional. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`AWS answered without ${what}`);
  return value;
}

/** The name at the end of a role's or profile's ARN, which may carry a path. */
export const lastSegment = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
