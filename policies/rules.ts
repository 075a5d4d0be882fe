/** All rules. docs/policies.md, the policy pack and the admission policies are made of these tables. */
import { budgetsSet } from "./rules/budgets";
import { roleXorProfile } from "./rules/identity";
import { imagePinned } from "./rules/images";
import { imdsHops, imdsV2 } from "./rules/instance-metadata";
import { expireAfterSet, terminationGracePeriodSet } from "./rules/lifetimes";
import { limitsSet } from "./rules/limits";
import { architectureKnown, operatingSystemKnown } from "./rules/platform";
import { noPublicAddress } from "./rules/public-address";
import { noStarSelectors, oneSecurityGroup } from "./rules/selectors";
import { spotDiversity } from "./rules/spot-diversity";
import { classResolves, queueForSpot, totalCeiling } from "./rules/stack";
import { tagsSet } from "./rules/tags";
import { encryptedVolumes } from "./rules/volumes";
import type { ClassRule, PoolRule, StackRule } from "./rule";

export const poolRules: readonly PoolRule[] = [
  limitsSet,
  budgetsSet,
  expireAfterSet,
  terminationGracePeriodSet,
  architectureKnown,
  operatingSystemKnown,
  spotDiversity,
];

export const classRules: readonly ClassRule[] = [
  imagePinned,
  imdsV2,
  imdsHops,
  encryptedVolumes,
  noStarSelectors,
  oneSecurityGroup,
  noPublicAddress,
  roleXorProfile,
  tagsSet,
];

export const stackRules: readonly StackRule[] = [totalCeiling, classResolves, queueForSpot];
