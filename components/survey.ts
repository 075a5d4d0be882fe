import * as pulumi from "@pulumi/pulumi";
import { OwnResource } from "./own-resource";
import type { Problem } from "./problem";
import type { ObstacleName } from "./resources/obstacles";
import { obstacleNames } from "./resources/obstacles";

/** What of the things that a survey finds is taken as it is. */
export interface SurveySettings {
  /**
   * Obstacles to go on in spite of: `"kubernetes-version"`, `"cluster-autoscaler"`, `"karpenter"` (another one),
   * `"auto-mode"`, `"definitions"` (of Karpenter's kinds, from elsewhere).
   * @default none
   */
  readonly allow?: readonly ObstacleName[];
}

export interface SurveyArgs extends SurveySettings {
  readonly clusterName: pulumi.Input<string>;
  /** @default the ambient kubeconfig */
  readonly kubeconfig?: pulumi.Input<string | undefined>;
  /** Names of definitions that are to be made, and so may not be there yet. @default none */
  readonly definitions?: readonly string[];
}

/**
 * Looks at the cluster at every preview and `up`, and fails both where Karpenter would not fit: let everything that is
 * to be made depend on it. Is silent where the cluster does not answer, as one that is not there yet. Creates nothing.
 */
export class Survey extends pulumi.ComponentResource {
  constructor(name: string, args: SurveyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-karpenter:index:Survey", name, args, opts);
    const { clusterName, definitions = [], allow = [] } = args;
    const kubeconfig = args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig);

    new OwnResource("Survey", name, {
      inputs: { clusterName, kubeconfig, definitions, allow },
      opts: { parent: this },
    });

    this.registerOutputs({});
  }
}

/** Of settings that may come from a configuration file. */
export function surveyProblems({ allow = [] }: SurveySettings = {}): readonly Problem[] {
  const allowed = obstacleNames.join(", ");
  if (!Array.isArray(allow)) return [{ path: "survey.allow", reason: `must be a list of ${allowed}` }];
  return allow.flatMap((name: ObstacleName, index) =>
    obstacleNames.includes(name)
      ? []
      : [{ path: `survey.allow[${index}]`, reason: `"${name}" is nothing to allow; that can be ${allowed}` }],
  );
}
