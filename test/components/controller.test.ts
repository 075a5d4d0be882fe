import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Controller } from "#components/controller";
import type { ControllerArgs } from "#components/controller";
import { karpenterProblems } from "#components/karpenter-problems";
import { imageOf } from "#components/controller-image";
import { readStackConfig } from "#components/stack-config";
import type { Registered } from "#support/pulumi";
import { registeredBy } from "#support/pulumi";

const necessary = { clusterName: "demo", region: "us-east-1", roleArn: "arn:aws:iam::111122223333:role/controller" };

const installed = (args: Partial<ControllerArgs>): Promise<readonly Registered[]> =>
  registeredBy(() => new Controller("karpenter", { ...necessary, image: "example.com/karpenter", ...args }));

const only = (resources: readonly Registered[], type: string): readonly Registered[] =>
  resources.filter((resource) => resource.type === type);

interface Pod {
  readonly imagePullSecrets?: readonly object[];
}

const podOf = (resources: readonly Registered[]): Pod | undefined =>
  // As `Controller` makes it.
  (only(resources, "kubernetes:apps/v1:Deployment")[0]?.inputs["spec"] as { readonly template: { readonly spec: Pod } })
    .template.spec;

describe("Controller", function () {
  this.timeout(30_000);

  it("is heard first by a busy API server, wherever it lives", async () => {
    const type = "kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema";
    const schemas = only(await installed({ namespace: "karpenter" }), type);

    assert.deepEqual(
      schemas.map(({ inputs }) => (inputs["metadata"] as { readonly name: string }).name),
      ["karpenter-leader-election", "karpenter-workload"],
    );
    for (const { inputs } of schemas) {
      const { rules } = inputs["spec"] as { readonly rules: readonly { readonly subjects: object }[] };
      assert.deepEqual(rules[0]?.subjects, [
        { kind: "ServiceAccount", serviceAccount: { name: "karpenter", namespace: "karpenter" } },
      ]);
    }
    assert.deepEqual(only(await installed({ namespace: "kube-system" }), type), [], "heard there by Kubernetes' own");
  });

  it("has a policy about its traffic where one is asked for, on the ports that it has", async () => {
    const type = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
    const [policy] = only(await installed({ networkPolicy: true, settings: { metricsPort: 9_090 } }), type);
    const { ingress, egress } = policy?.inputs["spec"] as { readonly ingress: object; readonly egress: object };

    assert.deepEqual(ingress, [
      {
        ports: [
          { port: 9_090, protocol: "TCP" },
          { port: 8_081, protocol: "TCP" },
        ],
      },
    ]);
    assert.deepEqual(egress, [
      { ports: [{ port: 443, protocol: "TCP" }] },
      {
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
      {
        to: [{ ipBlock: { cidr: "169.254.170.23/32" } }, { ipBlock: { cidr: "fd00:ec2::23/128" } }],
        ports: [{ port: 80, protocol: "TCP" }],
      },
    ]);
    assert.deepEqual(only(await installed({}), type), []);
  });

  it("is read by the Prometheus operator where one is there", async () => {
    const type = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor";
    const serviceMonitor = { labels: { release: "prometheus" }, interval: "30s" } as const;
    const [monitor] = only(await installed({ namespace: "karpenter", serviceMonitor }), type);

    const { metadata, spec } = monitor?.inputs as {
      readonly metadata: { readonly labels: object };
      readonly spec: object;
    };
    assert.deepEqual(metadata.labels, {
      "app.kubernetes.io/name": "karpenter",
      "app.kubernetes.io/instance": "karpenter",
      release: "prometheus",
    });
    assert.deepEqual(spec, {
      namespaceSelector: { matchNames: ["karpenter"] },
      selector: { matchLabels: { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter" } },
      endpoints: [{ port: "http-metrics", path: "/metrics", interval: "30s" }],
    });
    assert.equal(only(await installed({ serviceMonitor: true }), type).length, 1);
    assert.equal(only(await installed({}), type).length, 0);
  });

  it("takes its image from a mirror", async () => {
    const text = (image: pulumi.Output<string>): Promise<string> =>
      new Promise((resolve) => {
        image.apply(resolve);
      });

    assert.equal(
      await text(imageOf({ imageMirror: "mirror.example.com/hub" })),
      "mirror.example.com/hub/library/node:24-slim",
    );
    assert.equal(await text(imageOf({})), "docker.io/library/node:24-slim");
    assert.equal(await text(imageOf({ image: "example.com/karpenter" })), "example.com/karpenter");
  });

  it("has the secrets that open its registry", async () => {
    assert.deepEqual(podOf(await installed({ imagePullSecrets: ["hub"] }))?.imagePullSecrets, [{ name: "hub" }]);
    assert.equal(podOf(await installed({}))?.imagePullSecrets, undefined);
  });

  const cluster = { name: "demo", privateSubnetIds: ["subnet-a"], publicSubnetIds: [] };
  const refused: readonly (readonly [object, string])[] = [
    [{ controller: { image: "a", imageMirror: "b" } }, "controller.imageMirror goes without image"],
    [{ controller: { networkPolicy: true } }, "controller.networkPolicy has no effect on Fargate"],
    [{ controller: { replicas: 0 } }, "replicas must be a whole number"],
    [{ controller: { imageMiror: "b" } }, "controller.imageMiror is unknown; known are image, imageMirror"],
    [{ controller: { settings: { batchIdle: "1s" } } }, "settings.batchIdle is no setting"],
  ];
  for (const [args, reason] of refused) {
    it(`is refused: ${reason}`, () => {
      // As a stack's configuration may have it, which knows no types.
      const problems = karpenterProblems({ cluster, ...args });

      assert.equal(problems.length, 1);
      assert.ok(`${problems[0]?.path ?? ""} ${problems[0]?.reason ?? ""}`.startsWith(reason), problems[0]?.reason);
    });
  }

  describe("in a stack's configuration", () => {
    const read = (config: Readonly<Record<string, unknown>>): ReturnType<typeof readStackConfig> => {
      const entries = Object.entries({ clusterName: "demo", ...config });
      pulumi.runtime.setAllConfig(
        Object.fromEntries(
          entries.map(([key, value]) => [`place:${key}`, typeof value === "string" ? value : JSON.stringify(value)]),
        ),
      );
      return readStackConfig(new pulumi.Config("place"));
    };

    it("is made of the key for it and of those that are older", () => {
      const { karpenter } = read({
        controller: { imageMirror: "mirror.example.com" },
        replicas: 3,
        placement: { on: "group", size: 3 },
      });

      assert.equal(karpenter.controller?.imageMirror, "mirror.example.com");
      assert.equal(karpenter.controller.replicas, 3);
      assert.deepEqual(karpenter.placement, { on: "group", size: 3 });
    });

    it("is not said in two places", () => {
      assert.throws(() => read({ controller: { replicas: 3 } }), /controller\.replicas: is the key replicas of/);
    });
  });
});
