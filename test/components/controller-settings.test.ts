import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { controllerSettingsProblems, settingVariables } from "#components/controller-environment";
import type { ControllerSettings, NamedSettings } from "#components/controller-settings";
import { variableOf } from "#components/controller-settings";
import type { Setting } from "#controller/contract/settings";
import { settings } from "#controller/contract/settings";

const spread = {
  maxSkew: 1,
  topologyKey: "topology.kubernetes.io/zone",
  whenUnsatisfiable: "ScheduleAnyway",
} as const;

/** Of each setting a value as one would write it, and what the controller makes of it. */
const samples: { readonly [Name in keyof NamedSettings]-?: readonly [NamedSettings[Name], unknown] } = {
  clusterName: ["demo", "demo"],
  clusterEndpoint: ["https://api.example.com", "https://api.example.com"],
  clusterCABundle: ["Zm9v", "Zm9v"],
  interruptionQueue: ["warnings", "warnings"],
  isolatedVPC: [true, true],
  eksControlPlane: [false, false],
  vmMemoryOverheadPercent: [0, 0],
  reservedENIs: [2, 2],
  disableDryRun: [true, true],
  enableZonalShift: [true, true],
  amiRefreshInterval: ["1h", 3_600_000],
  subnetRefreshInterval: ["90s", 90_000],
  awsFeatureGates: [{ nodeClassCEL: true }, { NodeClassCEL: true }],
  karpenterService: ["karpenter", "karpenter"],
  metricsPort: [9_090, 9_090],
  healthProbePort: [9_091, 9_091],
  kubeClientQPS: [50, 50],
  kubeClientBurst: [75, 75],
  enableProfiling: [true, true],
  disableControllerWarmup: [false, false],
  disableLeaderElection: [true, true],
  disableClusterStateObservability: [true, true],
  leaderElectionName: ["lease", "lease"],
  leaderElectionNamespace: ["leases", "leases"],
  memoryLimit: [1_073_741_824, 1_073_741_824],
  cpuRequests: [500, 500],
  logLevel: ["debug", "debug"],
  logOutputPaths: ["stderr", "stderr"],
  logErrorOutputPaths: ["stdout", "stdout"],
  batchMaxDuration: ["1m30s", 90_000],
  batchIdleDuration: ["2s", 2_000],
  preferencePolicy: ["Ignore", "Ignore"],
  minValuesPolicy: ["BestEffort", "BestEffort"],
  nodePrice: [0.025, 0.025],
  schedulerConfig: [{ podTopologySpread: { defaultConstraints: [spread] } }, { defaultConstraints: [spread] }],
  defaultTerminationGracePeriod: ["1h30m", "1h30m"],
  ignoreDRARequests: [false, false],
  featureGates: [
    { nodeOverlay: true, reservedCapacity: false },
    {
      NodeRepair: false,
      ReservedCapacity: false,
      SpotToSpotConsolidation: false,
      NodeOverlay: true,
      StaticCapacity: false,
      CapacityBuffer: false,
    },
  ],
};

const byVariable = new Map<string, Setting<unknown>>(Object.values(settings).map((setting) => [setting.env, setting]));

const known = (value: pulumi.Input<string> | undefined): Promise<string> =>
  new Promise((resolve) => {
    pulumi.output(value).apply((text) => {
      resolve(text ?? "");
    });
  });

describe("The controller's settings", () => {
  it("have a name each, but for those that only the deployment gives", () => {
    const people = Object.values<Setting<unknown>>(settings).filter(({ ambient }) => ambient !== true);

    assert.deepEqual(Object.values(variableOf).sort(), people.map(({ env }) => env).sort());
  });

  for (const [name, [value, meaning]] of Object.entries(samples)) {
    it(`reach the controller as they were meant: ${name}`, async () => {
      const given = { [name]: value } as ControllerSettings;
      const [[variable, text] = ["", undefined]] = Object.entries(settingVariables(given));

      assert.deepEqual(controllerSettingsProblems(given), []);
      assert.deepEqual(byVariable.get(variable)?.parse(await known(text)), meaning);
    });
  }

  it("may be said under their environment names, and left undefined", () => {
    const given = { BATCH_IDLE_DURATION: "2s", logLevel: undefined };

    assert.deepEqual(controllerSettingsProblems(given), []);
    assert.deepEqual(Object.keys(settingVariables(given)), ["BATCH_IDLE_DURATION"]);
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ["batchIdleDuration", "soon", /^"soon" is not a duration of at least 1s/],
    ["batchIdleDuration", 5, /^"5" is not a duration/],
    ["reservedENIs", 1.5, /^"1\.5" is not a whole number/],
    ["isolatedVPC", "yes", /^"yes" is not true or false/],
    ["logLevel", "loud", /^"loud" is not one of debug, info, error/],
    ["logLevel", { is: "debug" }, /^must not be an object/],
    ["featureGates", { nodeOverlays: true }, /there is no gate "NodeOverlays"/],
    ["featureGates", { nodeOverlay: "on" }, /of the form Name=true/],
    ["schedulerConfig", { podTopologySpred: {} }, /has no field podTopologySpred/],
    ["METRICS_PORT", 80, /^must be text/],
    ["batchIdle", "1s", /^is no setting; known are clusterName, /],
  ];
  for (const [name, value, reason] of refused) {
    it(`are refused with a reason: ${name}=${JSON.stringify(value)}`, () => {
      const problems = controllerSettingsProblems({ [name]: value });

      assert.deepEqual(
        problems.map(({ path }) => path),
        [`settings.${name}`],
      );
      assert.match(problems[0]?.reason ?? "", reason);
    });
  }

  it("are not said twice", () => {
    assert.deepEqual(controllerSettingsProblems({ batchIdleDuration: "2s", BATCH_IDLE_DURATION: "3s" }), [
      {
        path: "settings.batchIdleDuration",
        reason: "is the same setting as BATCH_IDLE_DURATION: one of them is enough",
      },
    ]);
  });

  it("are looked into only once they are known", () => {
    const later = pulumi.output("soon");

    assert.deepEqual(
      controllerSettingsProblems({ leaderElectionName: later, featureGates: { nodeOverlay: pulumi.output(true) } }),
      [],
    );
  });
});
