import { median, planOfPeer, type Row } from "../measure/outcome";
import { ownRatio, peerRatio } from "./ratios";

/** A pair of bars; a side without a figure has none. */
interface Pair {
  readonly label: string;
  readonly ours: number | undefined;
  readonly peer: number | undefined;
}

interface Panel {
  readonly title: string;
  readonly pairs: readonly Pair[];
  /** Length of a bar, 0 to 1, and what is written beside it. */
  readonly length: (value: number) => number;
  readonly show: (value: number) => string;
}

const colors = { ours: "#1b7f5c", peer: "#b8bec6", text: "#24292f" } as const;
const BAR = 11;
const ROW = 2 * BAR + 10;
const LABEL = 190;
const LENGTH = 300;
const PANEL = LABEL + LENGTH + 90;
const HEAD = 64;

/**
 * The rows as a picture: how long each took, on a scale of tenfold steps, and how far each price is above the bound.
 */
export function chartOf(rows: readonly Row[]): string {
  const panels = [timePanel(rows), pricePanel(rows)];
  const [width, height] = [PANEL * panels.length + 20, HEAD + ROW * rows.length + 10];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    legend(),
    ...panels.map((panel, index) => `<g transform="translate(${10 + index * PANEL} 0)">${drawn(panel)}</g>`),
    "</svg>",
    "",
  ].join("\n");
}

const labelOf = ({ scenario, pods }: Row): string => `${scenario}, ${pods.toLocaleString("en")} pods`;

function timePanel(rows: readonly Row[]): Panel {
  const pairs = rows.map((row) => {
    const peer = planOfPeer(row);
    return { label: labelOf(row), ours: median(row.ours.seconds), peer: peer && median(peer.seconds) };
  });
  const powers = figures(pairs).map(Math.log10);
  const [least, most] = [Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers))];
  return {
    title: `seconds to plan, from ${10 ** least} to ${10 ** most} in tenfold steps`,
    pairs,
    length: (seconds) => (Math.log10(seconds) - least) / Math.max(1, most - least),
    show: (seconds) => `${seconds.toPrecision(2)} s`,
  };
}

function pricePanel(rows: readonly Row[]): Panel {
  const pairs = rows.map((row) => ({ label: labelOf(row), ours: above(ownRatio(row)), peer: above(peerRatio(row)) }));
  const most = Math.max(0.01, ...figures(pairs));
  return {
    title: "price above the least possible",
    pairs,
    length: (share) => share / most,
    show: (share) => `${(100 * share).toFixed(1)}%`,
  };
}

/** What the solver rounds does not count. */
const above = (ratio: number | undefined): number | undefined =>
  ratio === undefined ? undefined : Math.max(0, ratio - 1);

const figures = (pairs: readonly Pair[]): readonly number[] =>
  pairs.flatMap(({ ours, peer }) => [ours, peer]).filter((value) => value !== undefined);

const drawn = (panel: Panel): string =>
  [
    text({ x: LABEL, y: HEAD - 14, anchor: "start", weight: "bold" }, panel.title),
    ...panel.pairs.map((pair, index) => `<g transform="translate(0 ${HEAD + index * ROW})">${pairOf(pair, panel)}</g>`),
  ].join("\n");

const pairOf = ({ label, ours, peer }: Pair, panel: Panel): string =>
  [
    text({ x: LABEL - 8, y: BAR + 4, anchor: "end" }, label),
    bar({ value: ours, y: 0, color: colors.ours }, panel),
    bar({ value: peer, y: BAR + 1, color: colors.peer }, panel),
  ].join("");

interface Bar {
  readonly value: number | undefined;
  readonly y: number;
  readonly color: string;
}

function bar({ value, y, color }: Bar, { length, show }: Panel): string {
  if (value === undefined) return "";
  const width = Math.max(1, length(value) * LENGTH).toFixed(1);
  const shape = `<rect x="${LABEL}" y="${y}" width="${width}" height="${BAR}" fill="${color}"/>`;
  return shape + text({ x: LABEL + Number(width) + 5, y: y + BAR - 2, anchor: "start" }, show(value));
}

function legend(): string {
  const entry = (x: number, color: string, name: string): string =>
    `<rect x="${x}" y="14" width="${BAR}" height="${BAR}" fill="${color}"/>` +
    text({ x: x + BAR + 5, y: 14 + BAR - 2, anchor: "start" }, name);
  return entry(20, colors.ours, "ours") + entry(80, colors.peer, "the peer");
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly weight?: string;
}

const text = ({ x, y, anchor, weight = "normal" }: Placement, content: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}" fill="${colors.text}">${escaped(content)}</text>`;

const escaped = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
