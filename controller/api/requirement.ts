/** A requirement as it is written in YAML, in pools, claims and node affinity. */
export interface RequirementSpec {
  readonly key: string;
  readonly operator: Operator;
  readonly values?: readonly string[];
  /** How many distinct values the instance types left must offer for this key (1 to 50). */
  readonly minValues?: number;
}

export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" | "Gte" | "Lte";
