import { ApiextensionsV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { fieldManager, installedDefinition, pulumiHolderOf } from "./installed-definition";
import type { KubeConnection } from "./kubernetes";
import { ifAnswered, kubeConfig } from "./kubernetes";
import type { Resource } from "./provider";
import { say } from "./say";
import { until } from "./until";

interface Inputs extends KubeConnection {
  readonly name: string;
  /** As kubectl would apply it. */
  readonly definition: object;
  /** Leaves it in the cluster in any case. */
  readonly retain: boolean;
}

interface Found {
  /** By us; else it was there before, and stays. */
  readonly created: boolean;
}

/**
 * A CustomResourceDefinition that is made, or taken over where it is there, by server-side apply: what others have set
 * in it beside that stays.
 */
export const definition: Resource<Inputs, Found> = {
  identity: ["name"],
  async problems(inputs) {
    const found = await ifAnswered(() => installedDefinition(kubeConfig(inputs), inputs.name));
    const holder = found && pulumiHolderOf(found);
    if (holder === undefined) return [];
    const reason = `is held by a Pulumi stack (field manager ${holder}), which would delete it with every object of its kind when it lets it go; see docs/upgrade.md`;
    return [{ property: "name", reason }];
  },
  async create(inputs) {
    const created = (await installedDefinition(kubeConfig(inputs), inputs.name)) === undefined;
    await apply(inputs);
    if (!created) say(`${inputs.name} was defined already: it is kept up to date from now on, and stays`);
    return { id: inputs.name, found: { created } };
  },
  async read({ found, ...inputs }) {
    return (await installedDefinition(kubeConfig(inputs), inputs.name)) === undefined ? undefined : found;
  },
  update: apply,
  async delete({ found, ...inputs }) {
    const { name } = inputs;
    const stays = !found.created || inputs.retain;
    if (stays || (await installedDefinition(kubeConfig(inputs), name)) === undefined) return;
    await kubeConfig(inputs).makeApiClient(ApiextensionsV1Api).deleteCustomResourceDefinition({ name });
  },
};

const asApply = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);

/** The server refuses what cannot be, such as leaving out a version in which objects are stored. */
async function apply({ name, definition: body, ...connection }: Inputs): Promise<void> {
  const config = kubeConfig(connection);
  const api = config.makeApiClient(ApiextensionsV1Api);
  await api.patchCustomResourceDefinition({ name, body, fieldManager, force: true }, asApply);
  const served = async (): Promise<true | undefined> => {
    const conditions = (await installedDefinition(config, name))?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === "Established" && status === "True") ? true : undefined;
  };
  if ((await until(served, { withinMs: 60_000, everyMs: 500 })) === undefined)
    throw new Error(`CustomResourceDefinition ${name} is not served a minute after it was applied`);
}
