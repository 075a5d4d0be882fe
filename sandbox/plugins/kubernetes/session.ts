import { Cluster } from "./cluster";
import { Discovery } from "./discovery";
import { UnreachableError } from "./errors";
import { Objects } from "./objects";
import type { Settings } from "./settings";

/** What the provider does everything with, once it is configured. */
export interface Session {
  readonly settings: Settings;
  readonly objects: Objects;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** Throws `UnreachableError` where no cluster can be told from the kubeconfig: there is none to speak to either. */
export async function openSession(settings: Settings, signal: AbortSignal): Promise<Session> {
  const cluster = await Cluster.connect(settings).catch((error: unknown) => {
    throw new UnreachableError("the place that the kubeconfig names", { cause: error });
  });
  const objects = new Objects(cluster, new Discovery(cluster));
  return { settings, objects, namespace: cluster.namespace, signal };
}

/** Deprecation warnings and whatever else the API server has to say, unless the program does not want to hear them. */
export const warningsTo = (settings: Settings, log: (message: string) => void): ((message: string) => void) =>
  settings.suppressDeprecationWarnings ? () => undefined : log;
