/** Which capacity a pool's requirements let in. */
import type { RequirementSpec } from "../../controller/api/requirement";
import { may, type Seen } from "../later";
import type { PoolView } from "../views";

/** Karpenter's label; where nothing is required, every type of capacity will do. */
const capacityType = "karpenter.sh/capacity-type";

/** Whether the pool is certain to take spot capacity where that is cheapest. */
export const allowsSpot = ({ requirements }: PoolView): boolean =>
  !may(requirements, (list) => (list ?? []).some(mayForbidSpot));

const mayForbidSpot = (item: Seen<RequirementSpec>): boolean =>
  may(
    item,
    ({ key, operator, values }) =>
      may(key, (it) => it === capacityType) &&
      may(operator, (it) =>
        may(values, (list = []) => {
          const holds = list.some((value) => value === "spot");
          const mayHold = list.some((value) => may(value, (given) => given === "spot"));
          return it === "In" ? !holds : it === "NotIn" && mayHold;
        }),
      ),
  );
