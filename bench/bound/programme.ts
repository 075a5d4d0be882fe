import loadHighs, { type Highs, type ModelData } from "highs";
import type { Evenness, Part, Parting } from "./parts";
import type { PodClass } from "./pod-classes";
import type { FreeRoom, Offer, Room } from "./room";

export interface Share {
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  /** Of one node. */
  readonly price: number;
  /** How many are bought, in fractions. */
  readonly nodes: number;
}

interface Question extends Parting {
  readonly classes: readonly PodClass[];
  readonly offers: readonly Offer[];
  readonly nodes: readonly FreeRoom[];
}

/** Column by column. */
interface Column {
  readonly cost: number;
  readonly least: number;
  readonly most: number;
  /** Row → coefficient. */
  readonly entries: readonly (readonly [row: number, value: number])[];
}

/** Of HiGHS' `simplex_strategy`. */
const PRIMAL = 4;

let loaded: Promise<Highs> | undefined;

/** Buys room for all pods at the least price. @throws Error when the solver finds no optimum */
export async function solve(question: Question): Promise<readonly Share[]> {
  if (question.offers.length === 0) return [];
  loaded ??= loadHighs();
  const highs = await loaded;
  const bought = highs.withModel(modelOf(question), (model) => {
    // The primal method takes a tenth of the dual one's time on programmes of this shape.
    model.options.set({ output_flag: false, solver: "simplex", simplex_strategy: PRIMAL });
    model.run();
    const status = model.getModelStatus();
    if (status !== highs.constants.modelStatus.optimal) throw new Error(`the bound has no optimum: status ${status}`);
    return model.getSolution().colValue.slice(0, question.offers.length);
  });
  return question.offers
    .map(({ pool, type, zone, capacityType, price }, index) => ({
      ...{ pool, type, zone, capacityType, price, nodes: bought[index] ?? 0 },
    }))
    .filter(({ nodes }) => nodes > 1e-9)
    .sort((a, b) => b.nodes * b.price - a.nodes * a.price);
}

/**
 * Rows: each class has its pods placed; each zone has its part of those that are spread; then, room by room and
 * resource by resource, the pods take no more than there is. Columns: nodes bought of each offer; then pods of each
 * part in each room that takes them; then how many of a class that is spread are in the zone with fewest.
 */
function modelOf(question: Question): ModelData {
  const { classes, parts, levels, offers, nodes } = question;
  const rows = new Rows(question);
  const columns = [
    ...offers.map((offer, index) => rows.purchase(offer, index)),
    ...[...offers, ...nodes].flatMap((room, index) => rows.placements(room, index)),
    ...[...levels].map(([position, level]) => ({ cost: 0, ...level, entries: rows.level(position) })),
  ];
  const housed = new Set(
    parts
      .filter((_, index) => offers.some((offer) => offer.takes[index] === 1 && !offer.reservation))
      .map(({ of }) => of),
  );
  const counts = classes.map(({ count }) => count);
  return {
    numCols: columns.length,
    numRows: rows.count,
    colCost: columns.map(({ cost }) => cost),
    colLower: columns.map(({ least }) => least),
    colUpper: columns.map(({ most }) => most),
    // Pods that only nodes which are there suit, or what is reserved, may have to wait.
    rowLower: [
      ...counts.map((count, index) => (housed.has(index) ? count : 0)),
      ...rows.spread.map(({ least }) => least),
      ...rows.least,
      ...rows.reserved.map(() => 0),
    ],
    rowUpper: [...counts, ...rows.spread.map(({ most }) => most), ...rows.least.map(() => Infinity), ...rows.reserved],
    matrix: matrixOf(columns, rows.count),
  };
}

function matrixOf(columns: readonly Column[], numRows: number): ModelData["matrix"] {
  const starts = [0];
  for (const { entries } of columns) starts.push((starts.at(-1) ?? 0) + entries.length);
  const entries = columns.flatMap((column) => column.entries);
  return {
    ...{ format: "csc", numRows, numCols: columns.length, starts },
    indices: entries.map(([row]) => row),
    values: entries.map(([, value]) => value),
  };
}

const unit: Readonly<Partial<Record<string, number>>> = { cpu: 1000, memory: 2 ** 30, "ephemeral-storage": 2 ** 30 };

/** Amounts of all resources in numbers of like size, which keeps the solver exact. */
const scaled = (resource: string, amount: number): number => amount / (unit[resource] ?? 1);

/**
 * Numbers the rows: one a class, then one a part of those that are spread, then one for each resource of each room that
 * its pods ask for, then one a reservation.
 */
class Rows {
  readonly #classes: number;
  readonly #parts: readonly Part[];
  /** Limits of the rows of parts, and by part which of them is its. */
  readonly spread: readonly Evenness[];
  readonly #spreadRows: readonly (number | undefined)[];
  readonly #numbers: readonly ReadonlyMap<string, number>[];
  /** Lower limits of the rows of rooms. */
  readonly least: readonly number[];
  /** What is left of each reservation, in the order of their rows. */
  readonly #left: ReadonlyMap<string, number>;

  constructor({ classes, parts, offers, nodes }: Question) {
    this.#classes = classes.length;
    this.#parts = parts;
    this.spread = parts.flatMap(({ spread }) => spread ?? []);
    let next = classes.length;
    this.#spreadRows = parts.map(({ spread }) => (spread === undefined ? undefined : next++));
    const number = ({ takes }: Room): ReadonlyMap<string, number> => {
      const asked = parts.filter((_, index) => takes[index] === 1).flatMap(({ requests }) => Object.keys(requests));
      return new Map([...new Set(asked)].map((name) => [name, next++]));
    };
    this.#numbers = [...offers, ...nodes].map(number);
    this.least = this.#numbers.flatMap((numbers, index) => {
      const free = nodes[index - offers.length]?.room;
      return [...numbers.keys()].map((name) => -scaled(name, free?.[name] ?? 0));
    });
    const left = new Map<string, number>();
    for (const { reservation } of offers)
      if (reservation !== undefined)
        left.set(reservation.id, Math.min(reservation.remaining, left.get(reservation.id) ?? Infinity));
    this.#left = left;
  }

  /** Upper limits of the rows of reservations. */
  get reserved(): readonly number[] {
    return [...this.#left.values()];
  }

  get count(): number {
    return this.#rooms + this.least.length + this.#left.size;
  }

  /** The first row of a room. */
  get #rooms(): number {
    return this.#classes + this.spread.length;
  }

  /** A node of this offer adds its room, and takes an instance of its reservation. */
  purchase({ price, room, reservation }: Offer, index: number): Column {
    const adds = [...(this.#numbers[index] ?? [])].map(([name, row]) => [row, scaled(name, room[name] ?? 0)] as const);
    const takes = reservation === undefined ? [] : [[this.#rowOf(reservation.id), 1] as const];
    return { cost: price, least: 0, most: Infinity, entries: [...adds, ...takes] };
  }

  #rowOf(reservation: string): number {
    return this.#rooms + this.least.length + [...this.#left.keys()].indexOf(reservation);
  }

  /** The level of a class, against which its zones are held. */
  level(position: number): Column["entries"] {
    return this.#spreadRows.flatMap((row, part) =>
      row === undefined || this.#parts[part]?.of !== position ? [] : [[row, -1] as const],
    );
  }

  /** A pod of each part that the room takes, in it. */
  placements(room: Room & Partial<FreeRoom>, index: number): readonly Column[] {
    const numbers = this.#numbers[index] ?? new Map<string, number>();
    return this.#parts.flatMap(({ requests, of }, position) => {
      if (room.takes[position] !== 1) return [];
      const uses = [...numbers]
        .filter(([name]) => (requests[name] ?? 0) > 0)
        .map(([name, row]) => [row, -scaled(name, requests[name] ?? 0)] as const);
      const row = this.#spreadRows[position];
      const counted = row === undefined ? [] : [[row, 1] as const];
      const most = room.most?.[position] ?? Infinity;
      return [{ cost: 0, least: 0, most, entries: [[of, 1] as const, ...counted, ...uses] }];
    });
  }
}
