import { CoreV1Api, V1ConfigMap, V1DeleteOptions, V1Preconditions } from "@kubernetes/client-node";
import { withNodeRole, withoutNodeRole } from "./aws-auth";
import type { KubeConnection } from "./kubernetes";
import { kubeConfig, reasonOf, statusOf } from "./kubernetes";
import type { Resource } from "./provider";
import { say } from "./say";

interface Inputs extends KubeConnection {
  readonly roleArn: string;
}

interface Found {
  /** What we added, and so what we take away. */
  readonly added: "map" | "entry" | "nothing";
}

const where = { name: "aws-auth", namespace: "kube-system" };
const attempts = 10;

export const awsAuthMapping: Resource<Inputs, Found> = {
  identity: ["roleArn"],
  async create(inputs) {
    return { id: inputs.roleArn, found: { added: await add(api(inputs), inputs.roleArn) } };
  },
  async read({ found, ...inputs }) {
    const mapRoles = mapRolesOf(await get(api(inputs)));
    return withNodeRole(mapRoles, inputs.roleArn) === mapRoles ? found : undefined;
  },
  async delete({ found, ...inputs }) {
    if (found.added === "nothing") return;
    const core = api(inputs);
    if (await answers(core)) await remove(core, inputs.roleArn, found);
    else say("our entry in aws-auth was dropped from the state unseen: its cluster does not answer");
  },
};

/** What the Kubernetes provider, too, takes as leave to forget what it cannot reach. */
const leave = "PULUMI_K8S_DELETE_UNREACHABLE";

/** @throws Error when there is no answer and no leave to go on without one */
async function answers(core: CoreV1Api): Promise<boolean> {
  try {
    await get(core);
    return true;
  } catch (error) {
    if (statusOf(error) !== undefined) throw error;
    if (process.env[leave] === "true") return false;
    throw new Error(
      `ConfigMap kube-system/aws-auth: the cluster does not answer (${reasonOf(error)}); if it is gone for good, set ${leave}=true`,
      { cause: error },
    );
  }
}

const api = (connection: KubeConnection): CoreV1Api => kubeConfig(connection).makeApiClient(CoreV1Api);

const add = (core: CoreV1Api, roleArn: string): Promise<Found["added"]> =>
  retried(async () => {
    const map = await get(core);
    const before = mapRolesOf(map);
    const mapRoles = withNodeRole(before, roleArn);
    if (mapRoles === before) return "nothing";
    if (map === undefined) {
      const body = Object.assign(new V1ConfigMap(), { metadata: where, data: { mapRoles } });
      await core.createNamespacedConfigMap({ namespace: where.namespace, body });
      return "map";
    }
    await replace(core, map, mapRoles);
    return "entry";
  });

const remove = (core: CoreV1Api, roleArn: string, { added }: Found): Promise<void> =>
  retried(async () => {
    const map = await get(core);
    const before = mapRolesOf(map);
    if (map === undefined || before === undefined) return;
    const mapRoles = withoutNodeRole(before, roleArn);
    if (added === "map" && isAllOf(map, mapRoles))
      await core.deleteNamespacedConfigMap({ ...where, body: asSeen(map) });
    else if (mapRoles !== before) await replace(core, map, mapRoles);
  });

const mapRolesOf = (map: V1ConfigMap | undefined): string | undefined => map?.data?.["mapRoles"];

/** Whether nothing is left in the map. */
const isAllOf = ({ data = {} }: V1ConfigMap, mapRoles: string): boolean =>
  mapRoles.trim() === "[]" && Object.keys(data).length === 1;

/** Keeps an entry that somebody added since we looked. */
const asSeen = ({ metadata }: V1ConfigMap): V1DeleteOptions =>
  Object.assign(new V1DeleteOptions(), {
    preconditions: Object.assign(new V1Preconditions(), { resourceVersion: metadata?.resourceVersion }),
  });

async function get(core: CoreV1Api): Promise<V1ConfigMap | undefined> {
  try {
    return await core.readNamespacedConfigMap(where);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Carries the resource version it read, so that nobody's entry is overwritten. */
const replace = (core: CoreV1Api, map: V1ConfigMap, mapRoles: string): Promise<V1ConfigMap> =>
  core.replaceNamespacedConfigMap({
    ...where,
    body: Object.assign(new V1ConfigMap(), map, { data: { ...map.data, mapRoles } }),
  });

/** Again when somebody else wrote in between. */
async function retried<T>(change: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (statusOf(error) !== 409 || attempt === attempts) throw error;
    return retried(change, attempt + 1);
  }
}
