import assert from "node:assert/strict";
import { chartOf } from "../../../bench/report/chart";
import { row } from "./rows";

const widths = (svg: string, color: string): readonly number[] =>
  [...svg.matchAll(/<rect x="190" [^>]*width="([\d.]+)"[^>]*fill="([^"]+)"/g)].flatMap(([, width, fill]) =>
    fill === color ? [Number(width)] : [],
  );
const [ours, peers] = ["#1b7f5c", "#b8bec6"];

describe("chartOf", () => {
  it("draws time in tenfold steps and price in proportion", () => {
    const svg = chartOf([row({ ours: { seconds: [0.1], price: 102 }, peer: { seconds: [10], price: 140 } })]);

    assert.deepEqual(widths(svg, ours), [1, 15]);
    assert.deepEqual(widths(svg, peers), [300, 300]);
    assert.match(svg, />2\.0%</);
    assert.match(svg, />40\.0%</);
  });

  it("draws no bar for a peer without a plan", () => {
    assert.deepEqual(widths(chartOf([row({ peer: "not asked" })]), peers), []);
  });

  it("names each row", () => {
    assert.match(chartOf([row({ scenario: "R&D", pods: 20_000 })]), />R&amp;D, 20,000 pods</);
  });
});
