import assert from "node:assert/strict";

import type { NodePool } from "#controller/api/node-pool";
import { fnv1a, hash, nodeClassHash, nodePoolHash } from "#controller/api/hash";
import { nodeClass, nodePool } from "#support/builders";

describe("drift hashes", () => {
  // From the reference code of draft-eastlake-fnv, appendix on 64 bits.
  const vectors: readonly (readonly [string, bigint])[] = [
    ["", 0xcbf29ce484222325n],
    ["a", 0xaf63dc4c8601ec8cn],
    ["foobar", 0x85944171f73967e8n],
  ];
  for (const [text, expected] of vectors) {
    it(`hashes ${JSON.stringify(text)} as FNV-1a does`, () => {
      assert.equal(fnv1a(text), expected);
    });
  }

  it("does not mind order, nor what is empty", () => {
    assert.equal(hash({ a: 1, b: [1, 2] }), hash({ b: [2, 1], a: 1, c: undefined, d: [], e: "", f: {} }));
    assert.notEqual(hash({ a: 1 }), hash({ a: 2 }));
    assert.notEqual(hash({ a: ["x"] }), hash({ b: ["x"] }));
  });

  const pool = nodePool({ metadata: { name: "default" } });
  const variant = (template: NodePool["spec"]["template"]): NodePool => ({ ...pool, spec: { ...pool.spec, template } });
  const { template } = pool.spec;
  const fixed: Readonly<Record<string, NodePool>> = {
    labels: variant({ ...template, metadata: { labels: { team: "a" } } }),
    annotations: variant({ ...template, metadata: { annotations: { note: "a" } } }),
    taints: variant({ ...template, spec: { ...template.spec, taints: [{ key: "a", effect: "NoSchedule" }] } }),
    "startup taints": variant({
      ...template,
      spec: { ...template.spec, startupTaints: [{ key: "a", effect: "NoSchedule" }] },
    }),
    expiry: variant({ ...template, spec: { ...template.spec, expireAfter: "1h" } }),
    grace: variant({ ...template, spec: { ...template.spec, terminationGracePeriod: "1h" } }),
    class: variant({ ...template, spec: { ...template.spec, nodeClassRef: { group: "g", kind: "K", name: "n" } } }),
  };
  for (const [field, changed] of Object.entries(fixed)) {
    it(`POOL-003 changes with the pool's ${field}`, () => {
      assert.notEqual(nodePoolHash(changed), nodePoolHash(pool));
    });
  }

  it("POOL-003 stays when requirements, limits, weight or budgets change", () => {
    const requirements = [{ key: "kubernetes.io/arch", operator: "In" as const, values: ["arm64"] }];
    const spec = { ...template.spec, requirements };
    const changed = { ...pool, spec: { template: { ...template, spec }, limits: { cpu: "1" }, weight: 7 } };

    assert.equal(nodePoolHash(changed), nodePoolHash(pool));
  });

  it("AWS-001 changes with what is fixed at launch, and stays with what selectors find", () => {
    const plain = nodeClassHash(nodeClass());

    assert.notEqual(nodeClassHash(nodeClass({ spec: { userData: "echo" } })), plain);
    assert.notEqual(nodeClassHash(nodeClass({ spec: { role: "other" } })), plain);
    assert.notEqual(nodeClassHash(nodeClass({ spec: { kubelet: { maxPods: 10 } } })), plain);
    assert.equal(nodeClassHash(nodeClass({ spec: { subnetSelectorTerms: [{ id: "subnet-1" }] } })), plain);
    assert.equal(nodeClassHash(nodeClass({ spec: { amiSelectorTerms: [{ alias: "al2023@v20260101" }] } })), plain);
    assert.equal(nodeClassHash(nodeClass({ spec: { amiFamily: "AL2023" } })), plain);
    assert.notEqual(
      nodeClassHash(nodeClass({ spec: { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] } })),
      plain,
    );
  });
});
