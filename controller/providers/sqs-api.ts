import { DeleteMessageCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientConfig, type AwsConnection } from "./aws-connection";

export interface QueueMessage {
  readonly body: string;
  readonly receipt: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

export interface SqsApi {
  /** @throws an error that means "gone" when there is no such queue. */
  url(queue: string): Promise<string>;
  /** Waits up to 20 s for at most ten messages, and hides them from others for 20 s. */
  receive(url: string, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  delete(url: string, receipt: string): Promise<void>;
}

export function sqsApi(connection: AwsConnection): SqsApi {
  const client = new SQSClient(clientConfig(connection));
  return {
    url: async (queue) => {
      const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
      return QueueUrl;
    },
    receive: async (url, signal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 20,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ["SentTimestamp"],
      });
      const { Messages = [] } = await client.send(command, { abortSignal: signal });
      return Messages.map(({ Body = "", ReceiptHandle = "", Attributes = {} }) => ({
        body: Body,
        receipt: ReceiptHandle,
        sentAt: Number(Attributes.SentTimestamp ?? 0),
      }));
    },
    delete: async (url, receipt) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt }));
    },
  };
}
