/** The diagram of docs/architecture.md, executable: who may import whom, and why. */
const mayImport = {
  api: [],
  contract: ["api"],
  scheduling: ["api"],
  state: ["api", "scheduling"],
  simulation: ["api", "scheduling", "state"],
  disruption: ["api", "scheduling", "state", "simulation"],
  ports: ["api", "scheduling"],
  runtime: ["api", "contract", "ports"],
  planning: ["api", "scheduling", "ports", "runtime"],
  controllers: ["api", "contract", "scheduling", "state", "simulation", "disruption", "ports", "runtime"],
  providers: ["api", "contract", "scheduling", "ports"],
  kube: ["api", "contract", "ports"],
};
const pure = ["api", "contract", "scheduling", "state", "simulation", "disruption", "ports"];

const layers = Object.entries(mayImport).map(([from, to]) => ({
  name: `layer-${from}`,
  comment: `controller/${from} may import ${["itself", ...to].join(", ")} and nothing else of ours. See docs/architecture.md.`,
  severity: "error",
  from: { path: `^controller/${from}/` },
  to: {
    path: "^(controller|components|catalog|policies|cli|sandbox|bench|tools|test|index[.]ts)",
    pathNot: [from, ...to].map((room) => `^controller/${room}/`),
  },
}));

/** What EC2 sells, as the package's data files say it: for whoever runs outside the cluster. */
const catalog = {
  name: "layer-catalog",
  comment: "The catalog makes instance types as the controller does; it asks nobody. See docs/architecture.md.",
  severity: "error",
  from: { path: "^catalog/" },
  to: {
    path: "^(controller|components|policies|cli|sandbox|bench|tools|test|index[.]ts)",
    pathNot: ["api", "scheduling", "providers"].map((room) => `^controller/${room}/`),
  },
};

/** Beside the controller: plans as it does, without a cluster and an account. */
const commandLine = {
  name: "layer-cli",
  comment: "The command line sees what plans and what EC2 sells, not what runs in a cluster. See docs/architecture.md.",
  severity: "error",
  from: { path: "^cli/" },
  to: {
    path: "^(controller|components|policies|sandbox|bench|tools|test|index[.]ts)",
    pathNot: ["api", "scheduling", "state", "simulation", "providers"].map((room) => `^controller/${room}/`),
  },
};

/** What the pack tells the engine, and components the API server. */
const policies = {
  name: "layer-policies",
  comment: "Rules look at data, and know nothing of who asks them. See docs/architecture.md.",
  severity: "error",
  from: { path: "^policies/" },
  to: {
    path: "^(controller|components|catalog|cli|sandbox|bench|tools|test|index[.]ts)",
    pathNot: "^controller/(api|contract)/",
  },
};

module.exports = {
  forbidden: [
    ...layers,
    policies,
    catalog,
    commandLine,
    {
      name: "pure-core",
      comment:
        "The core decides from data alone: no package, no Node built-in. Pure libraries are added here by name: croner reads cron expressions, yaml reads YAML.",
      severity: "error",
      from: { path: `^controller/(${pure.join("|")})/` },
      to: { dependencyTypes: ["core", "npm", "npm-dev"], pathNot: "^node_modules/(croner|yaml)/" },
    },
    {
      name: "one-door-to-aws",
      comment: "Only controller/providers/*-api.ts speak to the AWS SDK; everything else uses our words.",
      severity: "error",
      from: { path: "^(controller|catalog|cli)/", pathNot: "^controller/providers/[^/]+-api[.]ts$" },
      to: { path: "^node_modules/@aws-sdk/" },
    },
    {
      name: "one-door-to-kubernetes",
      comment: "Only controller/kube speaks to @kubernetes/client-node.",
      severity: "error",
      from: { path: "^controller/", pathNot: "^controller/kube/" },
      to: { path: "^node_modules/@kubernetes/" },
    },
    {
      name: "no-pulumi-in-the-controller",
      comment: "The controller runs in the cluster, without Pulumi.",
      severity: "error",
      from: { path: "^controller/" },
      to: { path: "^node_modules/@pulumi/" },
    },
    {
      name: "stack-sees-data-only",
      comment: "Stack, components and policies share data with the controller (api, contract), not behaviour.",
      severity: "error",
      from: { path: "^(index[.]ts|components/|policies/)" },
      to: { path: "^controller/", pathNot: "^controller/(api|contract)/" },
    },
    {
      name: "nothing-imports-the-workshop",
      comment: "sandbox, bench, tools and test may import anything; the product imports none of them.",
      severity: "error",
      from: { path: "^(index[.]ts|components|catalog|controller|policies|cli)" },
      to: { path: "^(sandbox|bench|tools|test)/" },
    },
    { name: "no-cycles", comment: "Type-only cycles included.", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "declared",
      comment:
        "The product uses declared, non-development packages only. The policy pack has a package.json for its version's sake, and finds packages by ours.",
      severity: "error",
      from: { path: "^(index[.]ts|components|catalog|controller|policies|cli)", pathNot: "^policies/pack/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
