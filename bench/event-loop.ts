/** `npm run bench:event-loop`: that part of the benchmark alone. */
import { measurePasses } from "./measure/passes";
import { describePasses } from "./report/passes";

measurePasses().then(
  (passes) => {
    console.log(describePasses(passes));
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
