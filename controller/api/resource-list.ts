import type { ResourceList } from "./kube-object";
import { formatQuantity, parseQuantity, toNumber } from "./quantity";

/** Whether a quantity is more than nothing. */
export const isPositive = (quantity: string): boolean => toNumber(quantity) > 0;

/** What all the lists have together, resource by resource, in the notation of the first that names it. */
export function sumOf(lists: readonly ResourceList[]): ResourceList {
  const total = new Map<string, { nanos: bigint; readonly format: ReturnType<typeof parseQuantity>["format"] }>();
  for (const list of lists) {
    for (const [name, quantity] of Object.entries(list)) {
      const { nanos, format } = parseQuantity(quantity);
      const sum = total.get(name);
      if (sum === undefined) total.set(name, { nanos, format });
      else sum.nanos += nanos;
    }
  }
  return Object.fromEntries([...total].map(([name, sum]) => [name, formatQuantity(sum)]));
}

/** Resource by resource, the most that any list has. */
export function maximumOf(lists: readonly ResourceList[]): ResourceList {
  const most = new Map<string, string>();
  for (const list of lists) {
    for (const [name, quantity] of Object.entries(list)) {
      if (toNumber(quantity) > toNumber(most.get(name) ?? "0")) most.set(name, quantity);
    }
  }
  return Object.fromEntries(most);
}
