import assert from "node:assert/strict";
import { refusedLabels } from "#sandbox/nodes/allowed-labels";
import { readUserData } from "#sandbox/nodes/user-data";

const labels = { "karpenter.sh/nodepool": "default", team: "a" };
const taints = [
  { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  { key: "gpu", value: "true", effect: "NoSchedule" },
];

describe("user data", () => {
  it("of AL2023 is a NodeConfig in a MIME document, whatever stands before it", () => {
    const boot = readUserData(al2023);

    assert.equal(boot?.family, "AL2023");
    assert.equal(boot.clusterName, "demo");
    assert.equal(boot.apiServerEndpoint, "https://127.0.0.1:6443");
    assert.deepEqual(boot.labels, labels);
    assert.deepEqual(boot.taints, taints);
    assert.equal(boot.maxPods, 29);
    assert.deepEqual(boot.kubeReserved, { cpu: "70m", memory: "574Mi" });
    assert.equal(boot.raid0, true);
  });

  it("of AL2023 may be several NodeConfigs, of which the later win", () => {
    const boot = readUserData(`${nodeConfig}\n---\nkind: NodeConfig\nspec: {kubelet: {config: {maxPods: 8}}}\n`);

    assert.equal(boot?.clusterName, "demo");
    assert.equal(boot.maxPods, 8);
  });

  it("of AL2 calls the bootstrap script with kubelet's arguments", () => {
    const boot = readUserData(al2);

    assert.equal(boot?.family, "AL2");
    assert.equal(boot.clusterName, "demo");
    assert.deepEqual(boot.labels, labels);
    assert.deepEqual(boot.taints, taints);
    assert.equal(boot.maxPods, 29);
    assert.deepEqual(boot.evictionHard, { "memory.available": "5%" });
    assert.equal(boot.raid0, true);
  });

  it("of Bottlerocket is TOML", () => {
    const boot = readUserData(bottlerocket);

    assert.equal(boot?.family, "Bottlerocket");
    assert.equal(boot.clusterName, "demo");
    assert.deepEqual(boot.labels, labels);
    assert.deepEqual(boot.taints, taints);
    assert.equal(boot.maxPods, 29);
    assert.deepEqual(boot.kubeReserved, { cpu: "70m" });
  });

  it("of Windows is PowerShell", () => {
    const boot = readUserData(windows);

    assert.equal(boot?.family, "Windows");
    assert.equal(boot.clusterName, "demo");
    assert.deepEqual(boot.labels, labels);
    assert.deepEqual(boot.taints, taints);
    assert.equal(boot.maxPods, 110);
  });

  for (const [what, text] of Object.entries({ nothing: "", "a plain script": "#!/bin/sh\necho hello\n" })) {
    it(`that is ${what} starts no kubelet`, () => {
      assert.equal(readUserData(text), undefined);
    });
  }

  it("that is broken says so", () => {
    assert.throws(() => readUserData("[settings.kubernetes]\ncluster-name = "), /TOML/);
  });
});

describe("labels that a kubelet may not give its node", () => {
  it("are those in Kubernetes' domains that are not listed", () => {
    const given = {
      "karpenter.sh/nodepool": "a",
      "node.kubernetes.io/mine": "a",
      "kubernetes.io/arch": "arm64",
      "kubernetes.io/mine": "a",
      "node-restriction.kubernetes.io/mine": "a",
      "topology.k8s.io/mine": "a",
    };

    assert.deepEqual(refusedLabels(given), [
      "kubernetes.io/mine",
      "node-restriction.kubernetes.io/mine",
      "topology.k8s.io/mine",
    ]);
  });
});

const nodeConfig = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata: {}
spec:
  cluster:
    name: demo
    apiServerEndpoint: https://127.0.0.1:6443
    certificateAuthority: Q0E=
    cidr: 172.20.0.0/16
  kubelet:
    config:
      maxPods: 29
      kubeReserved: {cpu: 70m, memory: 574Mi}
      registerWithTaints:
        - {key: karpenter.sh/unregistered, effect: NoExecute}
        - {key: gpu, value: "true", effect: NoSchedule}
    flags:
      - --node-labels="karpenter.sh/nodepool=default,team=a"
  instance:
    localStorage:
      strategy: RAID0
`;

const al2023 = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo before

--//
Content-Type: application/node.eks.aws

${nodeConfig}
--//--
`;

const al2 = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash -xe
/etc/eks/bootstrap.sh 'demo' \\
  --apiserver-endpoint 'https://127.0.0.1:6443' \\
  --b64-cluster-ca 'Q0E=' \\
  --use-max-pods false \\
  --kubelet-extra-args '--node-labels="karpenter.sh/nodepool=default,team=a" --register-with-taints="karpenter.sh/unregistered=:NoExecute,gpu=true:NoSchedule" --max-pods=29 --eviction-hard="memory.available<5%"' \\
  --local-disks raid0
--//--
`;

const bottlerocket = `
[settings.kubernetes]
api-server = "https://127.0.0.1:6443"
cluster-certificate = "Q0E="
cluster-name = "demo"
max-pods = 29

[settings.kubernetes.kube-reserved]
cpu = "70m"

[settings.kubernetes.node-labels]
"karpenter.sh/nodepool" = "default"
team = "a"

[settings.kubernetes.node-taints]
"karpenter.sh/unregistered" = [":NoExecute"]
gpu = ["true:NoSchedule"]
`;

const windows = `<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"
& $EKSBootstrapScriptFile -EKSClusterName 'demo' -APIServerEndpoint 'https://127.0.0.1:6443' -Base64ClusterCA 'Q0E=' -KubeletExtraArgs '--node-labels="karpenter.sh/nodepool=default,team=a" --register-with-taints="karpenter.sh/unregistered=:NoExecute,gpu=true:NoSchedule" --max-pods=110' -DNSClusterIP '172.20.0.10'
</powershell>`;
