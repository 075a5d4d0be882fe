import { busyCluster } from "./company/busy-cluster";
import { company } from "./company/company";
import { diverse } from "./diverse";
import { openb } from "./openb";
import { preferenceIgnored, preferenceRespected } from "./preference";
import type { Scenario } from "./scenario";

/** All scenarios, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  diverse,
  preferenceRespected,
  preferenceIgnored,
  openb,
  company,
  busyCluster,
];
