import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";

/** Where the account is served and as whom to talk to it. */
export interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Clients of the services that our stack touches. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
}

export function clientsFor({ endpoint, region, credentials }: Access): Clients {
  const options = { endpoint, region, credentials };
  return {
    ec2: new EC2Client(options),
    eks: new EKSClient(options),
    events: new EventBridgeClient(options),
    iam: new IAMClient(options),
    sqs: new SQSClient(options),
    ssm: new SSMClient(options),
  };
}
