import { ApiextensionsV1Api } from "@kubernetes/client-node";
import type { KubeConfig, V1CustomResourceDefinition } from "@kubernetes/client-node";
import { statusOf } from "./kubernetes";

/** Who writes our fields of definitions that others have a hand in, too. */
export const fieldManager = "pulumi-karpenter";

/** `undefined` when there is none of that name. */
export async function installedDefinition(
  config: KubeConfig,
  name: string,
): Promise<V1CustomResourceDefinition | undefined> {
  try {
    return await config.makeApiClient(ApiextensionsV1Api).readCustomResourceDefinition({ name });
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

interface Managed {
  readonly metadata?: { readonly managedFields?: readonly { readonly manager?: string }[] };
}

/** The field manager of the Pulumi stack that made a definition, or changed it since. */
export const pulumiHolderOf = ({ metadata }: Managed): string | undefined =>
  metadata?.managedFields
    ?.map(({ manager = "" }) => manager)
    .find((manager) => manager.startsWith("pulumi-") && manager !== fieldManager);
