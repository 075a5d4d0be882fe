import type { TeardownInputs } from "../teardown/run";
import { tearDown, uidOf } from "../teardown/run";
import type { Resource } from "./provider";

interface Found {
  /** Of the cluster that the kubeconfig led to: a destroy with another one is refused. */
  readonly clusterUid: string;
}

export const teardown: Resource<TeardownInputs, Found> = {
  identity: ["clusterName", "region", "account"],
  create: async (inputs) => ({
    id: `${inputs.region}/${inputs.clusterName}`,
    found: { clusterUid: await uidOf(inputs) },
  }),
  delete: ({ found, ...inputs }) => tearDown(inputs, found.clusterUid),
};
