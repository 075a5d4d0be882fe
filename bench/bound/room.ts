import type { Offering } from "#controller/scheduling/instance-type";
import type { Amounts } from "#controller/scheduling/resources";

/** Room for pods. */
export interface Room {
  readonly room: Amounts;
  /** By position of the class: 1 where one of its pods may go. */
  readonly takes: Uint8Array;
}

/** Room for sale, in any number unless it is reserved. */
export interface Offer extends Room {
  readonly reservation?: NonNullable<Offering["reservation"]>;
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  /** Per hour. */
  readonly price: number;
}

/** What is free on nodes that are there and that suit the same classes, as if it were one node. */
export interface FreeRoom extends Room {
  /** By position of the class: how many of its pods fit if all are of this class. */
  readonly most: readonly number[];
}
