import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fieldOf, resourceOf } from "./downward";
import type { Entries, Objects } from "./objects";
import type { DownwardSource, ItemSource, Place, Pod, Projection, Volume } from "./pod";
import type { Tokens } from "./tokens";

/** What volumes are filled from. */
export interface VolumeSources {
  readonly pod: Pod;
  readonly place: Place;
  readonly objects: Objects;
  readonly tokens: Tokens;
}

/** Fills a folder with what the volume holds. Throws for kinds of volumes that a Fargate pod cannot have here. */
export async function fillVolume(volume: Volume, folder: string, sources: VolumeSources): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { secret } = volume;
  if (volume.configMap) return project({ configMap: volume.configMap }, folder, sources);
  if (secret) return project({ secret: { ...secret, name: secret.secretName ?? "" } }, folder, sources);
  if (volume.downwardAPI) return project({ downwardAPI: volume.downwardAPI }, folder, sources);
  if (volume.projected) {
    for (const source of volume.projected.sources ?? []) await project(source, folder, sources);
    return;
  }
  if (volume.emptyDir === undefined) {
    throw new Error(`volume ${volume.name} is of a kind that is not offered here: ${Object.keys(volume).join(", ")}`);
  }
}

async function project(source: Projection, folder: string, sources: VolumeSources): Promise<void> {
  const { objects, tokens } = sources;
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source;
  if (configMap)
    await write(chosen(configMap, await objects.configMap(configMap.name ?? "", configMap.optional)), folder);
  if (secret) await write(chosen(secret, await objects.secret(secret.name ?? "", secret.optional)), folder);
  if (downwardAPI) await write(downward(downwardAPI, sources), folder);
  if (token) {
    const { path, audience, expirationSeconds } = token;
    await tokens.add({ path: join(folder, path), audience, expirationSeconds });
  }
}

/** All entries by key, or those asked for at their paths. */
function chosen({ name, items, optional = false }: ItemSource, entries: Entries): Entries {
  if (items === undefined) return entries;
  return new Map(
    items.flatMap(({ key, path }) => {
      const content = entries.get(key);
      if (content === undefined && !optional) throw new Error(`${name ?? ""} references non-existent key: ${key}`);
      return content === undefined ? [] : [[path, content] as const];
    }),
  );
}

function downward({ items = [] }: DownwardSource, { pod, place }: VolumeSources): Entries {
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef }) => {
      if (fieldRef) return [path, Buffer.from(fieldOf(pod, place, fieldRef))] as const;
      const container = pod.spec.containers.find(({ name }) => name === resourceFieldRef?.containerName);
      if (!container || !resourceFieldRef) throw new Error(`downward API item ${path} names no container of the pod`);
      return [path, Buffer.from(resourceOf(container, resourceFieldRef))] as const;
    }),
  );
}

async function write(entries: Entries, folder: string): Promise<void> {
  for (const [path, content] of entries) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
