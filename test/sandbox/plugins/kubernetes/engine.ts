import { controlPlane } from "#support/control-plane";
import { Engine } from "../engine";
import { LiveCluster } from "./live";

export interface OnCluster {
  readonly engine: Engine;
  readonly live: LiveCluster;
  /** Path. */
  readonly kubeconfig: string;
}

/** The engine on the API server that all tests of this run share. */
export async function onCluster(): Promise<OnCluster> {
  const { directory, environment, engines, kubeconfig } = await controlPlane();
  const engine = await Engine.in({ directory, environment, pulumi: engines.binaries.pulumi });
  return { engine, live: new LiveCluster(kubeconfig), kubeconfig };
}
