import type { NodeClaim } from "#controller/api/node-claim";

/** Of a machine, out of `aws:///<zone>/<id>`; "" before it is launched. */
export const instanceOf = ({ status }: NodeClaim): string => status?.providerID?.split("/").at(-1) ?? "";

/** A label of a claim; "" when it has none of that name. */
export const labelOf = ({ metadata }: NodeClaim, name: string): string => metadata.labels?.[name] ?? "";
