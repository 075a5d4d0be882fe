import type { Taint } from "#controller/api/kube-object";
import type { Toleration } from "#controller/api/pod";

const isInteger = (text: string): boolean => /^(0|-?[1-9]\d*)$/.test(text);

function coversValue({ key = "", operator = "Equal", value = "" }: Toleration, taint: string): boolean {
  if (operator === "Exists") return true;
  if (key === "") return false;
  if (operator === "Equal") return value === taint;
  if (!isInteger(value) || !isInteger(taint)) return false;
  return operator === "Gt" ? Number(taint) > Number(value) : Number(taint) < Number(value);
}

const covers = (toleration: Toleration, taint: Taint): boolean =>
  ["", undefined, taint.effect].includes(toleration.effect) &&
  ["", undefined, taint.key].includes(toleration.key) &&
  coversValue(toleration, taint.value ?? "");

/** Taints that keep a pod off a node; PreferNoSchedule only makes the scheduler hesitate. */
export const untolerated = (tolerations: readonly Toleration[] = [], taints: readonly Taint[]): readonly Taint[] =>
  taints
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .filter((taint) => !tolerations.some((toleration) => covers(toleration, taint)));
