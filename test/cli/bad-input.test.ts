import assert from "node:assert/strict";
import { catalogOf, commandLine, scenarioFile } from "#support/command-line";

const small = catalogOf();

const pod = (spec: object = {}, metadata: object = { name: "a" }): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { containers: [{}], ...spec },
});
const pool = (spec: object = {}, template: object = {}): object => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [],
        ...template,
      },
    },
    ...spec,
  },
});
const workload = (kind: string, spec: object): object => ({
  apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: { template: { metadata: { labels: { app: "web" } }, spec: { containers: [{}] } }, ...spec },
});
const expression = (operator: string, ...values: string[]): object => ({ key: "a", operator, values });
const requiring = (...matchExpressions: object[]): object =>
  pod({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
      },
    },
  });
const requests = (list: object, limits: object = {}): object =>
  pod({ containers: [{ resources: { requests: list, limits } }] });

/** What is in the file, and what has to be said of it after its name. */
const scenarios: Readonly<Record<string, readonly [content: string | readonly object[], line: string]>> = {
  "an unknown kind": [
    [{ ...pod(), kind: "Podd" }],
    'Podd a: kind: "Podd" is none that a scenario knows; did you mean Pod?',
  ],
  "no kind": [[{ ...pod(), kind: undefined }], "object a: kind: is required"],
  "another API version": [
    [{ ...pool(), apiVersion: "karpenter.sh/v1beta1" }],
    'NodePool default: apiVersion: is "karpenter.sh/v1beta1", but must be karpenter.sh/v1',
  ],
  "no API version": [[{ ...pod(), apiVersion: undefined }], "Pod a: apiVersion: is required; it must be v1"],
  "no name": [[pod({}, {})], "Pod in document 1, items[0]: metadata.name: is required"],
  "a name that is none": [[pod({}, { name: "My_Pod" })], 'Pod My_Pod: metadata.name: "My_Pod" must match '],
  "no metadata": [[{ ...pod(), metadata: undefined }], "Pod in document 1, items[0]: metadata: is required"],
  "an object twice": [
    [pod(), pod({}, { name: "a", namespace: "default" })],
    "Pod default/a: metadata.name: is there twice, the second time in document 1, items[1]",
  ],
  "a quantity that is none": [
    [requests({ cpu: "2 cores" })],
    'Pod a: spec.containers[0].resources.requests.cpu: "2 cores" is not a quantity such as 500m, 2 or 4Gi',
  ],
  "a negative quantity": [
    [requests({ "nvidia.com/gpu": -1 })],
    'Pod a: spec.containers[0].resources.requests["nvidia.com/gpu"]: must not be negative, as -1 is',
  ],
  "requests over limits": [
    [requests({ memory: "2Gi" }, { memory: "1Gi" })],
    "Pod a: spec.containers[0].resources.requests.memory: is 2Gi, more than its limit of 1Gi",
  ],
  "an unknown operator": [
    [requiring(expression("Is", "b"))],
    "Pod a: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]." +
      'matchExpressions[0].operator: must be one of In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte, not "Is"',
  ],
  "an operator without values": [[requiring(expression("In"))], "must name at least one value (operator In)"],
  "an operator with too many": [[requiring(expression("Exists", "b"))], "must be left out (operator Exists)"],
  "a bound that is no number": [[requiring(expression("Gt", "b"))], "must be one whole number, as text (operator Gt)"],
  "an unknown operator of a pool": [
    [pool({}, { requirements: [expression("Is", "b")] })],
    "NodePool default: spec.template.spec.requirements[0].operator: must be one of ",
  ],
  "a label that no pool may have": [
    [pool({}, { requirements: [{ ...expression("Exists"), key: "karpenter.sh/nodepool" }] })],
    'NodePool default: spec.template.spec.requirements[0]: key "karpenter.sh/nodepool" is set by the controller',
  ],
  "an overlay of what the machine has": [
    [
      {
        apiVersion: "karpenter.sh/v1alpha1",
        kind: "NodeOverlay",
        metadata: { name: "more" },
        spec: { requirements: [], capacity: { "example.com/dongle": 1, cpu: 100 } },
      },
    ],
    'NodeOverlay more: spec.capacity: resource "cpu" is the machine\'s own',
  ],
  "a limit that is no quantity": [
    [pool({ limits: { cpu: "many" } })],
    'NodePool default: spec.limits.cpu: "many" is not a quantity such as 500m, 2 or 4Gi',
  ],
  "a weight out of bounds": [[pool({ weight: 101 })], "NodePool default: spec.weight: must be at most 100, not 101"],
  "a class of somebody else's": [
    [pool({}, { nodeClassRef: { group: "example.com", kind: "Machine", name: "a" } })],
    "NodePool default: spec.template.spec.nodeClassRef: must be of group karpenter.k8s.aws and kind EC2NodeClass",
  ],
  "a field that is misspelt": [
    [pod({ topologySpreadConstraint: [] })],
    "Pod a: spec.topologySpreadConstraint: is unknown; did you mean topologySpreadConstraints?",
  ],
  "a field of a pool that is unknown": [
    [pool({ color: "red" })],
    "NodePool default: spec.color: is unknown; known are ",
  ],
  "text that is none": [
    [pod({}, { name: "a", labels: { on: true } })],
    "Pod a: metadata.labels.on: must be of type string: put true in quotes",
  ],
  "no containers": [[pod({ containers: [] })], "Pod a: spec.containers: must be at least 1 items, not 0"],
  "a node that is not there": [
    [pod({ nodeName: "x" })],
    "Pod default/a: spec.nodeName: there is no Node x in the file; add it, or leave nodeName out for a pod that waits",
  ],
  "fewer replicas than none": [
    [workload("Deployment", { replicas: -1 })],
    "Deployment web: spec.replicas: must be at least 0, not -1",
  ],
  "half a replica": [
    [workload("StatefulSet", { replicas: 0.5 })],
    "StatefulSet web: spec.replicas: must be of type integer",
  ],
  "a negative parallelism": [
    [workload("Job", { parallelism: -1 })],
    "Job web: spec.parallelism: must be at least 0, not -1",
  ],
  "a selector for other pods": [
    [workload("ReplicaSet", { selector: { matchLabels: { app: "api" } } })],
    "ReplicaSet web: spec.selector: does not select the labels of spec.template",
  ],
  "a class in other zones": [
    [
      {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: "west" },
        spec: {
          role: "a",
          amiSelectorTerms: [{ alias: "al2023@latest" }],
          subnetSelectorTerms: [{ id: "subnet-1" }],
          securityGroupSelectorTerms: [{ id: "sg-1" }],
        },
        status: { subnets: [{ id: "subnet-1", zone: "us-west-2a" }] },
      },
    ],
    "EC2NodeClass west: status.subnets: are in us-west-2a, but --zones has us-east-1a, us-east-1b, us-east-1c",
  ],
  "a threshold of a class that is none": [
    [
      {
        apiVersion: "karpenter.k8s.aws/v1",
        kind: "EC2NodeClass",
        metadata: { name: "odd" },
        spec: {
          role: "a",
          amiSelectorTerms: [{ alias: "al2023@latest" }],
          subnetSelectorTerms: [{ id: "subnet-1" }],
          securityGroupSelectorTerms: [{ id: "sg-1" }],
          kubelet: { evictionHard: { "memory.available": "", "nodefs.available": "5%" } },
        },
      },
    ],
    'EC2NodeClass odd: spec.kubelet.evictionHard["memory.available"]: "" is not a quantity such as',
  ],
  "a claim that nothing suits": [
    [
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodeClaim",
        metadata: { name: "odd" },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["riscv64"] }],
        },
      },
    ],
    "NodeClaim odd: spec.requirements: no instance type of the catalog meets them",
  ],
  "YAML that breaks off": ["kind: Pod\nmetadata:\n  name: a\n   x: b\n", "line 4: bad indentation of a mapping entry"],
  "JSON that breaks off": ['{"kind": "Pod",\n "metadata": {"name": "a"}\n "spec": {}}', "line 3: Expected ',' or '}'"],
  "JSON that ends too soon": ['{"kind":\n {"a": 1}', "line 2: "],
  "no object": ["# nothing\n---\n", "has no Kubernetes object in it"],
  "no list in a List": ["apiVersion: v1\nkind: List\n", "List in document 1: items: must be a list of objects"],
  "something else": ["- a\n- b\n", "document 1: is no Kubernetes object"],
};

const ends = (text: string): string => text.replace(/ \(and \d+ more problems?\)$/, "");

describe("bad input", () => {
  for (const [what, [content, line]] of Object.entries(scenarios)) {
    it(`is said in one line, and with 2: ${what}`, async () => {
      const file = scenarioFile(content);
      const { code, out, err } = await commandLine("simulate", "--scenario", file, "--catalog", small);

      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /^error: [^\n]+\n$/);
      assert.ok(err.startsWith(`error: ${file}: `), err);
      assert.ok(ends(err.trimEnd()).includes(line), `${err} says not: ${line}`);
    });
  }

  it("says how many more problems there are", async () => {
    const file = scenarioFile([pod({ hostNetwork: "yes" }), requests({ cpu: "x", memory: "y" })]);
    const { err } = await commandLine("simulate", "--scenario", file, "--catalog", small);

    assert.equal(err, `error: ${file}: Pod a: spec.hostNetwork: must be of type boolean (and 2 more problems)\n`);
  });

  const shipped = catalogOf({ "zone-offerings": { "us-east-1": { "m5.large": ["us-east-1a", "us-east-1b"] } } });
  const broken: Readonly<Record<string, readonly [tables: Readonly<Record<string, unknown>>, line: RegExp]>> = {
    "without types": [{ "instance-types": undefined }, /--catalog \S+: there is no instance-types\.json and no /],
    "without prices": [{ "on-demand-prices": undefined }, /: there is no on-demand-prices\.json/],
    "that is not JSON": [{ "instance-types": "[{" }, /instance-types\.json: cannot be read as JSON: /],
    "whose types have no size": [
      { "instance-types": [{ InstanceType: "m5.large", MemoryInfo: {}, VCpuInfo: { DefaultVCpus: 2 } }] },
      /instance-types\.json: \[0\]\.MemoryInfo\.SizeInMiB: is required/,
    ],
    "whose prices are none": [
      { "on-demand-prices": { "us-east-1": { "m5.large": "cheap" } } },
      /on-demand-prices\.json: \["us-east-1"\]\["m5\.large"\]: must be of type number/,
    ],
    "of which the region has no prices": [
      { "on-demand-prices": { "cn-north-1": {} }, "zone-offerings": { "us-east-1": {} } },
      /--region us-east-1: \S+ has no on-demand prices for it/,
    ],
  };
  for (const [what, [tables, line]] of Object.entries(broken)) {
    it(`is a catalog ${what}`, async () => {
      const { code, err } = await commandLine("instance-types", "--catalog", catalogOf(tables));

      assert.match(err, line);
      assert.equal(code, 2);
    });
  }

  const commands: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [["simulate"], /required option '--scenario <file>'/],
    [["simulate", "--scenario", "/no/such.yaml", "--catalog", small], /\/no\/such\.yaml: cannot be read: ENOENT/],
    [["simulate", "--scenario", "a", "--spot", "0"], /--spot.*a number above 0, such as 0\.35/],
    [["simulate", "--scenario", "a", "--repeat", "0"], /--repeat.*a whole number above 0/],
    [["simulate", "--scenario", "a", "--node-price", "-1"], /--node-price.*It must be a number of at least 0\./],
    [["simulate", "--scenario", "a", "--output", "xml"], /--output.*table, json/],
    [["simulate", "--scenario", "a", "--zone", "b"], /unknown option '--zone' \(Did you mean --zones\?\)/],
    [["simulat"], /unknown command 'simulat'.*simulate/],
    [["instance-types", "--region", "mars-1"], /--region mars-1: the catalog does not know it; it knows .*us-east-1/],
    [
      ["instance-types", "--zones", "us-east-1z"],
      /--zones us-east-1z: is no zone of us-east-1; there are us-east-1a, /,
    ],
    [["instance-types", "--zones", "us-east-1c", "--catalog", shipped], /is no zone .* us-east-1a, us-east-1b$/m],
    [["instance-types", "--zones", "us-west-2a", "--catalog", small], /is no zone of us-east-1/],
    [["instance-types", "--zones", "us-east-1a,"], /names with commas/],
    [["instance-types", "--zones", "us-east-1a,us-east-1a"], /twice/],
    [["instance-types", "--ami-family", "Arch"], /--ami-family.*one of AL2, AL2023, Bottlerocket/],
    [["instance-types", "--max-pods", "-1"], /--max-pods.*whole number/],
    [["instance-types", "--requirement", "instance-cpu"], /a key, one of In, NotIn/],
    [["instance-types", "--requirement", "instance-cpu Exists"], /did you mean karpenter\.k8s\.aws\/instance-cpu\?/],
    [["instance-types", "--requirement", "kubernetes.io/arch In"], /values of In must name at least one value/],
    [["instance-types", "--requirement", "karpenter.k8s.aws/instance-cpu Gt many"], /one whole number/],
  ];
  for (const [args, line] of commands) {
    it(`is: ${args.join(" ").replaceAll(/\/\S*\//g, "…/")}`, async () => {
      const { code, out, err } = await commandLine(...args);

      assert.match(err, line);
      assert.match(err, /^error: [^\n]+\n$/);
      assert.deepEqual([code, out], [2, ""]);
    });
  }
});
