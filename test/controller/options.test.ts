import assert from "node:assert/strict";
import { settings } from "#controller/contract/settings";
import { commandLine, type Environment, type Flags, readSettings, SettingsError } from "#controller/options";

const required = { CLUSTER_NAME: "test", AWS_REGION: "us-east-1" };

/** Settings from a command line and an environment, as main reads them. */
function read(args: readonly string[], environment: Environment = {}) {
  const command = commandLine("1.2.3").exitOverride().parse(args, { from: "user" });
  return readSettings(command.opts<Flags>(), { ...required, ...environment });
}

function problemsOf(args: readonly string[], environment: Environment): readonly string[] {
  try {
    read(args, environment);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

describe("the settings", () => {
  it("UTIL-002 have Karpenter's defaults", () => {
    const { metricsPort, healthProbePort, kubeClientQps, batchIdleMs, batchMaxMs, leaderElectionName, logLevel } = read(
      [],
    );

    assert.deepEqual([metricsPort, healthProbePort, kubeClientQps], [8_080, 8_081, 200]);
    assert.deepEqual([batchIdleMs, batchMaxMs], [1_000, 10_000]);
    assert.deepEqual([leaderElectionName, logLevel], ["karpenter-leader-election", "info"]);
  });

  it("UTIL-002 take the flag over the variable over the default, each by itself", () => {
    const environment = { BATCH_IDLE_DURATION: "3s", BATCH_MAX_DURATION: "1m30s", METRICS_PORT: "" };
    const { batchIdleMs, batchMaxMs, metricsPort } = read(["--batch-idle-duration", "5s"], environment);

    assert.deepEqual([batchIdleMs, batchMaxMs, metricsPort], [5_000, 90_000, 8_080]);
  });

  it("read what a node costs besides its machine, which is nothing unless it is said", () => {
    assert.equal(read([]).nodePrice, 0);
    assert.equal(read([], { NODE_PRICE: "0.025" }).nodePrice, 0.025);
    for (const value of ["-1", "a lot", "Infinity"])
      assert.deepEqual(problemsOf([], { NODE_PRICE: value }), [`NODE_PRICE=${value} is not a number of at least 0`]);
  });

  it("UTIL-004 read booleans literally; a flag alone means true", () => {
    assert.equal(read([]).isolatedVpc, false);
    assert.equal(read(["--isolated-vpc"]).isolatedVpc, true);
    assert.equal(read(["--isolated-vpc=false"], { ISOLATED_VPC: "true" }).isolatedVpc, false);
    for (const value of ["yes", "1", "True", "0"])
      assert.deepEqual(problemsOf([], { ISOLATED_VPC: value }), [`ISOLATED_VPC=${value} is not true or false`]);
  });

  it("UTIL-001 read feature gates, with spaces, many at once", () => {
    const { featureGates } = read([], { FEATURE_GATES: " NodeRepair = true , ReservedCapacity=false" });

    assert.equal(featureGates.NodeRepair, true);
    assert.equal(featureGates.ReservedCapacity, false);
  });

  it("UTIL-003 keep the defaults of gates that are not named", () => {
    const { featureGates } = read(["--feature-gates=StaticCapacity=true"]);

    assert.deepEqual(featureGates, {
      NodeRepair: false,
      ReservedCapacity: true,
      SpotToSpotConsolidation: false,
      NodeOverlay: false,
      StaticCapacity: true,
      CapacityBuffer: false,
    });
  });

  it("refuse a gate that does not exist, or that is neither on nor off", () => {
    assert.match(problemsOf([], { FEATURE_GATES: "Nodes=true" })[0] ?? "", /there is no gate "Nodes"/);
    assert.match(problemsOf([], { FEATURE_GATES: "NodeRepair" })[0] ?? "", /of the form Name=true/);
  });

  it("UTIL-005 know three log levels", () => {
    for (const level of ["debug", "info", "error"]) assert.equal(read([], { LOG_LEVEL: level }).logLevel, level);
    assert.equal(read([], { LOG_LEVEL: "" }).logLevel, "info");
    assert.deepEqual(problemsOf([], { LOG_LEVEL: "loud" }), ["LOG_LEVEL=loud is not one of debug, info, error"]);
  });

  it("UTIL-006 take a CPU request that is not positive for one core", () => {
    assert.equal(read([], { CPU_REQUESTS: "2500" }).cpuRequests, 2_500);
    for (const none of ["0", "-5"]) assert.equal(read([], { CPU_REQUESTS: none }).cpuRequests, 1_000);
  });

  it("PROV-002 read a grace period for nodes as pools write it", () => {
    const variable = "DEFAULT_TERMINATION_GRACE_PERIOD";

    assert.equal(read([]).defaultTerminationGracePeriod, "");
    assert.equal(read([], { [variable]: "1h30m" }).defaultTerminationGracePeriod, "1h30m");
    for (const wrong of ["Never", "90", "-1h", "1.5h"])
      assert.deepEqual(problemsOf([], { [variable]: wrong }), [
        `${variable}=${wrong} is not a duration in h, m and s, such as 1h30m`,
      ]);
  });

  it("stop at a scheduler configuration that cannot be followed, in one line", () => {
    const given = ["podTopologySpread:", "  defaultConstraints:", "    - topologyKey: topology.kubernetes.io/zone"];

    assert.deepEqual(problemsOf([], { SCHEDULER_CONFIG: given.join("\n") }), [
      'SCHEDULER_CONFIG="podTopologySpread:\\n  defaultConstraints:\\n    - topologyKey: "… is not a scheduler configuration: ' +
        "podTopologySpread.defaultConstraints[0].maxSkew is missing; " +
        "podTopologySpread.defaultConstraints[0].whenUnsatisfiable is missing",
    ]);
    assert.deepEqual(read([]).schedulerConfig, { defaultConstraints: [] });
  });

  it("name everything that is wrong at once", () => {
    const problems = problemsOf(["--metrics-port=x", "--ami-refresh-interval=10s"], {
      CLUSTER_NAME: "",
      CLUSTER_ENDPOINT: "example.com",
    });

    assert.deepEqual(problems, [
      "CLUSTER_NAME (--cluster-name) is not set: the EKS cluster to provision for",
      "CLUSTER_ENDPOINT=example.com is not an absolute URL, such as https://example.com",
      "--ami-refresh-interval=10s is not a duration of at least 60s, such as 10s or 1m30s",
      "--metrics-port=x is not a whole number from 0 to 65535",
    ]);
  });

  it("are frozen, and their names are unique", () => {
    const names = Object.values(settings).map(({ env }) => env);

    assert.ok(Object.isFrozen(read([])));
    assert.equal(new Set(names).size, names.length);
  });
});
