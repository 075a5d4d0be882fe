import loadHighs, { type Highs, type ModelData } from "highs";
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

interface Question {
  readonly classes: readonly PodClass[];
  readonly offers: readonly Offer[];
  readonly nodes: readonly FreeRoom[];
}

/** Column by column. */
interface Column {
  readonly cost: number;
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
 * Rows: each class has its pods placed; then, room by room and resource by resource, the pods take no more than there
 * is. Columns: nodes bought of each offer; then pods of each class in each room that takes them.
 */
function modelOf(question: Question): ModelData {
  const { classes, offers, nodes } = question;
  const rows = new Rows(question);
  const columns = [
    ...offers.map((offer, index) => rows.purchase(offer, index)),
    ...[...offers, ...nodes].flatMap((room, index) => rows.placements(room, index)),
  ];
  const homes = classes.map((_, index) =>
    offers.some(({ takes, reservation }) => takes[index] === 1 && reservation === undefined),
  );
  const counts = classes.map(({ count }) => count);
  return {
    numCols: columns.length,
    numRows: rows.count,
    colCost: columns.map(({ cost }) => cost),
    colLower: columns.map(() => 0),
    colUpper: columns.map(({ most }) => most),
    // Pods that only nodes which are there suit, or what is reserved, may have to wait.
    rowLower: [
      ...counts.map((count, index) => (homes[index] === true ? count : 0)),
      ...rows.least,
      ...rows.reserved.map(() => 0),
    ],
    rowUpper: [...counts, ...rows.least.map(() => Infinity), ...rows.reserved],
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
 * Numbers the rows: one a class, then one for each resource of each room that its pods ask for, then one a reservation.
 */
class Rows {
  readonly #classes: readonly PodClass[];
  readonly #numbers: readonly ReadonlyMap<string, number>[];
  /** Lower limits of the rows of rooms. */
  readonly least: readonly number[];
  /** What is left of each reservation, in the order of their rows. */
  readonly #left: ReadonlyMap<string, number>;

  constructor({ classes, offers, nodes }: Question) {
    this.#classes = classes;
    let next = classes.length;
    const number = ({ takes }: Room): ReadonlyMap<string, number> => {
      const asked = classes.filter((_, index) => takes[index] === 1).flatMap(({ requests }) => Object.keys(requests));
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
    return this.#classes.length + this.least.length + this.#left.size;
  }

  /** A node of this offer adds its room, and takes an instance of its reservation. */
  purchase({ price, room, reservation }: Offer, index: number): Column {
    const adds = [...(this.#numbers[index] ?? [])].map(([name, row]) => [row, scaled(name, room[name] ?? 0)] as const);
    const takes = reservation === undefined ? [] : [[this.#rowOf(reservation.id), 1] as const];
    return { cost: price, most: Infinity, entries: [...adds, ...takes] };
  }

  #rowOf(reservation: string): number {
    return this.#classes.length + this.least.length + [...this.#left.keys()].indexOf(reservation);
  }

  /** A pod of each class that the room takes, in it. */
  placements(room: Room & Partial<FreeRoom>, index: number): readonly Column[] {
    const numbers = this.#numbers[index] ?? new Map<string, number>();
    return this.#classes.flatMap(({ requests }, position) => {
      if (room.takes[position] !== 1) return [];
      const uses = [...numbers]
        .filter(([name]) => (requests[name] ?? 0) > 0)
        .map(([name, row]) => [row, -scaled(name, requests[name] ?? 0)] as const);
      return [{ cost: 0, most: room.most?.[position] ?? Infinity, entries: [[position, 1] as const, ...uses] }];
    });
  }
}
