import { Cache, removeTree } from "./cache";
import { goBuild, goBuildCache } from "./go-build";
import { installMoto, motoKey, motoPython } from "./moto";
import { findOnPath, languageHostBeside, type Paths } from "./on-path";
import type { Report } from "./progress";
import { type Binary, kwokStages, type Recipe, recipes } from "./recipe";
import { demand, type Requirement } from "./requirements";

/** Everything the sandbox runs, by path. */
export interface Engines {
  readonly binaries: Readonly<Record<Binary, string>>;
  /** Stage files for kwok; none when kwok was found on PATH, which then uses the like that it was built with. */
  readonly kwokStages: readonly string[];
  /** A Python interpreter that can import moto. */
  readonly python: string;
}

/** One thing that has to be made. */
interface Job {
  readonly name: string;
  readonly key: string;
  readonly needs: Requirement;
  readonly expectedMinutes: number;
  readonly make: (folder: string) => Promise<void>;
}

/** On two cores; more would compete, fewer would leave one idle while the other downloads or links. */
const AT_ONCE = 2;

/**
 * Finds every engine, on PATH or in the cache, and builds those that are in neither. The first time this takes
 * about ten minutes on two cores. Throws one line when the machine lacks something, and the end of the build's
 * output when a build fails.
 */
export async function buildEngines(report: Report, cache = new Cache()): Promise<Engines> {
  const found = await findAll(report);
  const toBuild = recipes.filter(({ name }) => !found.has(name));
  const jobs = [...toBuild.map((recipe) => recipeJob(recipe, cache)), motoJob(cache)];
  if (jobs.some(({ key }) => !cache.has(key))) await makeMissing(jobs, cache, report);

  const built = toBuild.map((recipe) => pathsInCache(recipe, cache));
  // Every recipe is in one of the two.
  const binaries = Object.assign({}, ...found.values(), ...built) as Record<Binary, string>;
  const kwok = toBuild.find(({ name }) => name === "kwok");
  const stages = kwok ? Object.keys(kwokStages).map((name) => cache.path(keyOf(kwok), name)) : [];
  return { binaries, kwokStages: stages, python: motoPython(cache) };
}

/** Builds the programs of one recipe that the sandbox does without, unless the cache has them. Their paths, by name. */
export async function buildRecipe<Program extends string>(
  recipe: Recipe<Program>,
  report: Report,
  cache = new Cache(),
): Promise<Readonly<Record<Program, string>>> {
  const job = recipeJob(recipe, cache);
  if (!cache.has(job.key)) await makeMissing([job], cache, report);
  return pathsInCache(recipe, cache) as Record<Program, string>; // a recipe makes all its programs or none
}

async function findAll(report: Report): Promise<Map<string, Paths>> {
  const found = new Map<string, Paths>();
  for (const recipe of recipes) {
    const paths = await findOnPath(recipe);
    if (paths) found.set(recipe.name, paths);
  }
  const host = languageHostBeside(found.get("pulumi")?.pulumi);
  if (host) found.set("pulumi-language-nodejs", host);
  for (const [engine, paths] of found) report({ kind: "found", engine, where: Object.values(paths).join(", ") });
  return found;
}

async function makeMissing(jobs: readonly Job[], cache: Cache, report: Report): Promise<void> {
  const missing = (): Job[] => jobs.filter(({ key }) => !cache.has(key));
  await demand([...new Set(missing().map(({ needs }) => needs))]);
  const work = async (): Promise<void> => {
    // Asked again: another process may have made them while this one waited.
    await makeAll(missing(), cache, report);
    await removeTree(goBuildCache(cache));
  };
  try {
    await cache.exclusively(work, () => {
      report({ kind: "waiting" });
    });
  } finally {
    report({ kind: "done" });
  }
}

async function makeAll(jobs: readonly Job[], cache: Cache, report: Report): Promise<void> {
  const steps = jobs.map((job, index) => ({ ...job, engine: job.name, step: index + 1, of: jobs.length }));
  const work = async (): Promise<void> => {
    for (let job = steps.shift(); job; job = steps.shift()) {
      report({ ...job, kind: "started" });
      await cache.add(job.key, job.make);
      report({ ...job, kind: "built" });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  // All are awaited, so that none builds on when the lock is given back; then the first failure is told.
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

const keyOf = ({ name, version }: Recipe): string => `${name}-${version}`;

const recipeJob = (recipe: Recipe, cache: Cache): Job => ({
  name: `${recipe.name} ${recipe.version}`,
  key: keyOf(recipe),
  needs: "go",
  expectedMinutes: recipe.expectedMinutes,
  make: (folder) => goBuild(recipe, folder, cache),
});

const motoJob = (cache: Cache): Job => ({
  name: motoKey,
  key: motoKey,
  needs: "python3",
  expectedMinutes: 1,
  make: (folder) => installMoto(folder, cache),
});

const pathsInCache = (recipe: Recipe, cache: Cache): Paths =>
  Object.fromEntries(Object.keys(recipe.binaries).map((binary) => [binary, cache.path(keyOf(recipe), binary)]));
