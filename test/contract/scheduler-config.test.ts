import assert from "node:assert/strict";
import { schedulerConfig } from "#controller/contract/scheduler-config";

const zone = "{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule}";
const withConstraints = (...constraints: readonly string[]): string =>
  `podTopologySpread: {defaultConstraints: [${constraints.join(", ")}]}`;

describe("the scheduler configuration", () => {
  it("is read from YAML and from JSON", () => {
    const inYaml = [
      "podTopologySpread:",
      "  defaultConstraints:",
      "    - maxSkew: 5",
      "      topologyKey: kubernetes.io/hostname",
      "      whenUnsatisfiable: ScheduleAnyway",
      "      nodeTaintsPolicy: Honor",
    ].join("\n");
    const constraint = {
      maxSkew: 5,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      nodeTaintsPolicy: "Honor",
    };
    const inJson = JSON.stringify({ podTopologySpread: { defaultConstraints: [constraint] } });

    for (const text of [inYaml, inJson]) assert.deepEqual(schedulerConfig(text), { defaultConstraints: [constraint] });
  });

  it("may be empty, or say nothing of spread", () => {
    for (const text of ["", "# nothing", "{}", "podTopologySpread:", withConstraints()])
      assert.deepEqual(schedulerConfig(text), { defaultConstraints: [] });
  });

  it("may have a hard and a soft constraint on one label", () => {
    const soft = zone.replace("DoNotSchedule", "ScheduleAnyway");

    assert.equal(schedulerConfig(withConstraints(zone, soft)).defaultConstraints.length, 2);
  });

  const list = "podTopologySpread.defaultConstraints";
  const refused: readonly (readonly [string, string])[] = [
    ["podTopologySpread: {", "YAML or JSON: Flow map"],
    ["podTopologySpread: {}\npodTopologySpread: {}", "YAML or JSON: Map keys must be unique"],
    ["spread", "the document must be a map with the field podTopologySpread"],
    ["podTopologySpred: {}", "the document has no field podTopologySpred, only podTopologySpread"],
    ["podTopologySpread: []", "podTopologySpread must be a map with the field defaultConstraints"],
    ["podTopologySpread: {defaultingType: List}", "podTopologySpread has no field defaultingType"],
    ["podTopologySpread: {defaultConstraints: {}}", `${list} must be a list`],
    [withConstraints("zone"), `${list}[0].maxSkew is missing; ${list}[0].topologyKey is missing`],
    [withConstraints("{maxSkew: 1, topologyKey: zone}"), `${list}[0].whenUnsatisfiable is missing`],
    [withConstraints(zone.replace("1", "0")), `${list}[0].maxSkew must be a whole number of at least 1`],
    [withConstraints(zone.replace("1", '"1"')), `${list}[0].maxSkew must be a whole number of at least 1`],
    [withConstraints(zone.replace("DoNotSchedule", "Never")), "must be DoNotSchedule or ScheduleAnyway"],
    [withConstraints(zone.replace("/zone", "/a/b")), `${list}[0].topologyKey has more than one slash`],
    [withConstraints(zone.replace("}", ", minDomains: 0}")), `${list}[0].minDomains must be a whole number`],
    [withConstraints(zone.replace("}", ", nodeAffinityPolicy: Maybe}")), "must be Honor or Ignore"],
    [withConstraints(zone.replace("}", ", labelSelector: {}}")), `${list}[0].labelSelector must not be set`],
    [withConstraints(zone.replace("}", ", matchLabelKeys: [a]}")), `${list}[0].matchLabelKeys must not be set`],
    [withConstraints(zone.replace("}", ", skew: 1}")), `${list}[0].skew is no field: there are maxSkew, topologyKey`],
    [withConstraints(zone, zone), `${list}[1] has topologyKey and whenUnsatisfiable of [0] again`],
    [
      withConstraints(zone.replace("DoNotSchedule", "ScheduleAnyway").replace("}", ", minDomains: 2}")),
      `${list}[0].minDomains goes with whenUnsatisfiable DoNotSchedule only`,
    ],
  ];
  for (const [text, problem] of refused) {
    it(`is refused: ${problem}`, () => {
      assert.throws(
        () => schedulerConfig(text),
        (error) => error instanceof RangeError && error.message.includes(problem) && !error.message.includes("\n"),
      );
    });
  }
});
