import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { clientConfig, type AwsConnection } from "./aws-connection";

export interface SsmApi {
  /** The value of a parameter (name or ARN); undefined when there is none. */
  parameter(name: string): Promise<string | undefined>;
}

export function ssmApi(connection: AwsConnection): SsmApi {
  const client = new SSMClient(clientConfig(connection));
  return {
    parameter: async (name) => {
      try {
        return (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined;
        throw error;
      }
    },
  };
}
