import assert from "node:assert/strict";

import fc from "fast-check";

import type { Container, PodSpec } from "#controller/api/pod";
import {
  describePort,
  isPort,
  onePortEach,
  portAmounts,
  portsOf,
  type PortUse,
} from "#controller/scheduling/host-ports";
import { sum } from "#controller/scheduling/resources";

const use = (address: string, port = 80, protocol = "TCP"): PortUse => ({ protocol, port, address });
const everywhere = "0.0.0.0";

/** Whether a node has enough of every port for both. */
function share(a: PortUse, b: PortUse, others: readonly PortUse[] = []): boolean {
  const all = [a, b, ...others];
  const asked = sum([portAmounts([a], all), portAmounts([b], all)]);
  const room = onePortEach(Object.keys(asked));
  return Object.entries(asked).every(([name, wanted]) => wanted <= (room[name] ?? 0));
}

/** Kubernetes' rule, written out. */
const clash = (a: PortUse, b: PortUse): boolean =>
  a.port === b.port &&
  a.protocol === b.protocol &&
  (a.address === b.address || a.address === everywhere || b.address === everywhere);

const anyUse = fc.record({
  protocol: fc.constantFrom("TCP", "UDP"),
  port: fc.constantFrom(80, 443),
  address: fc.constantFrom(everywhere, "10.0.0.1", "10.0.0.2", "fd00::1"),
});

describe("host ports", () => {
  it("REQ-016 are shared exactly where Kubernetes lets two pods share a node, whoever else there is", () => {
    fc.assert(
      fc.property(anyUse, anyUse, fc.array(anyUse, { maxLength: 4 }), (a, b, others) => {
        assert.equal(share(a, b, others), !clash(a, b));
      }),
    );
  });

  it("REQ-016 clash on one address, and on all against any", () => {
    assert.equal(share(use("10.0.0.1"), use("10.0.0.1")), false);
    assert.equal(share(use(everywhere), use("10.0.0.1")), false);
    assert.equal(share(use(everywhere), use(everywhere)), false);
    assert.ok(share(use("10.0.0.1"), use("10.0.0.2")));
  });

  it("REQ-016 do not clash where protocol or port differ", () => {
    assert.ok(share(use(everywhere, 80, "TCP"), use(everywhere, 80, "UDP")));
    assert.ok(share(use(everywhere, 80), use(everywhere, 81)));
  });

  const spec = (ports: Container["ports"], more: Partial<PodSpec> = {}): PodSpec => ({
    containers: [{ name: "main", ...(ports === undefined ? {} : { ports }) }],
    ...more,
  });

  it("are read off containers and sidecars: TCP on all addresses unless they say otherwise", () => {
    const sidecar = {
      name: "s",
      restartPolicy: "Always",
      ports: [{ containerPort: 1, hostPort: 443, protocol: "UDP" }],
    };
    const init = { name: "i", ports: [{ containerPort: 1, hostPort: 22 }] };

    assert.deepEqual(portsOf(spec([{ containerPort: 8080, hostPort: 80 }], { initContainers: [sidecar, init] })), [
      use(everywhere, 80),
      use(everywhere, 443, "UDP"),
    ]);
    assert.deepEqual(portsOf(spec([{ containerPort: 80, hostPort: 80, hostIP: "::" }])), [use(everywhere)]);
    assert.deepEqual(portsOf(spec([{ containerPort: 80, hostPort: 80, hostIP: "10.0.0.1" }])), [use("10.0.0.1")]);
  });

  it("are all of a pod's ports where it has its node's network, and else only those it asks for", () => {
    assert.deepEqual(portsOf(spec([{ containerPort: 80 }])), []);
    assert.deepEqual(portsOf(spec([{ containerPort: 80 }], { hostNetwork: true })), [use(everywhere)]);
  });

  it("are told from other resources, and read well", () => {
    const names = Object.keys(portAmounts([use(everywhere), use("10.0.0.1", 443)], []));

    assert.deepEqual(names.map(describePort), ["host port 80/TCP", "host port 443/TCP@10.0.0.1"]);
    assert.ok(names.every(isPort));
    assert.equal(isPort("cpu"), false);
  });
});
