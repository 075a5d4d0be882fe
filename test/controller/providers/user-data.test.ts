import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { Boot } from "#controller/providers/boot";
import { mimeParts } from "#controller/providers/mime";
import { userData } from "#controller/providers/user-data";
import { NodeClassNotReadyError, TerminalError } from "#controller/ports/errors";

const boot: Boot = {
  clusterName: "demo",
  cluster: {
    endpoint: "https://api.example",
    certificateAuthority: "Y2E=",
    version: "1.34",
    serviceCidr: "10.100.0.0/16",
    ipv6: false,
  },
  clusterDns: "10.100.0.10",
  kubelet: { systemReserved: { memory: "200Mi" }, evictionHard: { "memory.available": "5%" } },
  maxPods: 58,
  labels: { team: "a", "karpenter.sh/nodepool": "default", "topology.kubernetes.io/zone": "us-east-1a" },
  taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
  raid0: false,
  custom: "",
};
const taints = [...boot.taints, { key: "karpenter.sh/unregistered", effect: "NoExecute" }];

interface NodeConfig {
  readonly kind: string;
  readonly spec: {
    readonly cluster: Readonly<Record<string, string>>;
    readonly kubelet: { readonly config: Readonly<Record<string, unknown>>; readonly flags: readonly string[] };
    readonly instance?: unknown;
  };
}

const nodeConfig = (text: string): NodeConfig => parseYaml(mimeParts(text).at(-1)?.content ?? "") as NodeConfig;

interface Settings {
  readonly settings: {
    readonly kubernetes: Readonly<Record<string, unknown>>;
    readonly motd: unknown;
    readonly "bootstrap-commands": Readonly<Record<string, unknown>>;
  };
}

/** As plain objects; the parser's have no prototype, which deep equality minds. */
const settingsIn = (text: string): Settings => JSON.parse(JSON.stringify(parseToml(text))) as Settings;

describe("user data", () => {
  it("AWS-041 tells Amazon Linux 2023 the cluster, the kubelet's settings, labels and taints", () => {
    const { spec } = nodeConfig(userData("AL2023", boot));

    assert.deepEqual(spec.cluster, {
      name: "demo",
      apiServerEndpoint: "https://api.example",
      certificateAuthority: "Y2E=",
      cidr: "10.100.0.0/16",
    });
    assert.deepEqual(spec.kubelet.config, {
      ...boot.kubelet,
      maxPods: 58,
      clusterDNS: ["10.100.0.10"],
      registerWithTaints: taints,
    });
    assert.equal(spec.instance, undefined);
  });

  it("AWS-041 leaves out labels that a kubelet may not give its own node", () => {
    const [flag] = nodeConfig(userData("AL2023", boot)).spec.kubelet.flags;

    assert.equal(flag, '--node-labels="karpenter.sh/do-not-sync-taints=true,karpenter.sh/nodepool=default,team=a"');
  });

  it("AWS-041 makes one disk of a machine's own on request", () => {
    assert.deepEqual(nodeConfig(userData("AL2023", { ...boot, raid0: true })).spec.instance, {
      localStorage: { strategy: "RAID0" },
    });
  });

  it("AWS-041 runs the user's script, NodeConfig or MIME parts before its own", () => {
    const script = mimeParts(userData("AL2023", { ...boot, custom: "#!/bin/bash\necho hello" }));
    const config = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}";
    const own = mimeParts(userData("AL2023", { ...boot, custom: config }));
    const nested = mimeParts(userData("AL2023", { ...boot, custom: userData("AL2", { ...boot, custom: "echo a" }) }));

    assert.deepEqual(
      [script, own, nested].map((parts) => parts.map(({ contentType }) => contentType.split(";")[0])),
      [
        ["text/x-shellscript", "application/node.eks.aws"],
        ["application/node.eks.aws", "application/node.eks.aws"],
        ["text/x-shellscript", "text/x-shellscript", "application/node.eks.aws"],
      ],
    );
    assert.equal(script[0]?.content, "#!/bin/bash\necho hello");
  });

  it("AWS-029 waits for the service network that Amazon Linux 2023 needs", () => {
    const { endpoint, certificateAuthority, version, ipv6 } = boot.cluster;
    const cluster = { endpoint, certificateAuthority, version, ipv6 };

    assert.throws(() => userData("AL2023", { ...boot, cluster }), NodeClassNotReadyError);
  });

  it("AWS-041 calls Amazon Linux 2's bootstrap with the same", () => {
    const script = mimeParts(userData("AL2", boot)).at(-1)?.content ?? "";

    for (const part of [
      "/etc/eks/bootstrap.sh 'demo'",
      "--apiserver-endpoint 'https://api.example'",
      "--b64-cluster-ca 'Y2E='",
      "--dns-cluster-ip '10.100.0.10'",
      "--use-max-pods false",
      "--max-pods=58",
      '--register-with-taints="dedicated=gpu:NoSchedule,karpenter.sh/unregistered=:NoExecute"',
      '--system-reserved="memory=200Mi"',
      '--eviction-hard="memory.available<5%"',
    ]) {
      assert.ok(script.includes(part), part);
    }
  });

  it("AWS-041 merges Bottlerocket's settings into the user's", () => {
    const custom =
      '[settings.kubernetes]\ncluster-name = "other"\n[settings.kubernetes.node-labels]\nmine = "1"\n[settings.motd]\ntext = "hi"';
    const { settings } = settingsIn(userData("Bottlerocket", { ...boot, custom, raid0: true }));

    assert.equal(settings.kubernetes["cluster-name"], "demo");
    assert.equal(settings.kubernetes["max-pods"], 58);
    assert.deepEqual(settings.kubernetes["node-labels"], {
      mine: "1",
      team: "a",
      "karpenter.sh/nodepool": "default",
      "karpenter.sh/do-not-sync-taints": "true",
    });
    assert.deepEqual(settings.kubernetes["node-taints"], {
      dedicated: ["gpu:NoSchedule"],
      "karpenter.sh/unregistered": [":NoExecute"],
    });
    assert.deepEqual(settings.motd, { text: "hi" });
    assert.deepEqual(Object.keys(settings["bootstrap-commands"]), ["000-mount-instance-storage"]);
  });

  it("says that Bottlerocket's user data must be TOML", () => {
    assert.throws(() => userData("Bottlerocket", { ...boot, custom: "echo hello" }), TerminalError);
  });

  it("AWS-041 calls Windows' bootstrap inside PowerShell", () => {
    const text = userData("Windows2022", { ...boot, custom: "<powershell>\nWrite-Host hello\n</powershell>" });

    assert.match(text, /^<powershell>\nWrite-Host hello\n[\s\S]*-EKSClusterName 'demo'[\s\S]*<\/powershell>$/);
  });

  it("AWS-041 hands a custom image its user data as it is", () => {
    assert.equal(userData("Custom", { ...boot, custom: "anything" }), "anything");
  });
});
