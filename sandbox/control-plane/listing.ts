import { required } from "../aws/required";
import { KubeApi } from "./kube-api";

interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
}

interface ObjectList {
  readonly items?: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[];
}

/** Kinds that come and go with the clock, whoever is there. */
const transient: ReadonlySet<string> = new Set([
  "events",
  "leases",
  "componentstatuses",
  "endpointslices",
  "endpoints",
]);

/** Every object in a cluster that outlives a moment: "group/version kind" → names, sorted; found by discovery. */
export async function listCluster(kubeconfig: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const api = new KubeApi(kubeconfig);
  const get = async <T>(path: string): Promise<T> => required(await api.get<T>(path), path);
  const { groups } = await get<{ groups: readonly { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const paths = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const kinds = (await Promise.all(paths.map(async (path) => listable(path, await get<ResourceList>(path))))).flat();
  const entries = await Promise.all(
    kinds.map(async (path) => {
      const { items = [] } = await get<ObjectList>(path);
      return [path, items.map(({ metadata: { namespace = "", name } }) => `${namespace}/${name}`).sort()] as const;
    }),
  );
  return Object.fromEntries(entries.filter(([, names]) => names.length > 0).sort(([a], [b]) => a.localeCompare(b)));
}

const listable = (path: string, { resources }: ResourceList): readonly string[] =>
  resources
    .filter(({ name, verbs }) => verbs.includes("list") && !name.includes("/") && !transient.has(name))
    .map(({ name }) => `${path}/${name}`);
