/**
 * A replica, as far as leader election is concerned: `lease-holder.ts <kubeconfig> <lease> <holder>` says "leading" and
 * goes on until it is killed.
 */
import { Connection } from "#controller/kube/connection";
import { Credentials } from "#controller/kube/credentials";
import { Lease } from "#controller/kube/lease";
import { systemClock } from "#controller/runtime/system-clock";
import { silentLog, silentMetrics } from "#support/silence";

const [kubeconfig = "", name = "", holder = ""] = process.argv.slice(2);
const ports = { clock: systemClock, log: silentLog, metrics: silentMetrics };
const connection = new Connection(Credentials.fromFile(kubeconfig, systemClock), ports, { qps: 10, burst: 10 });
const times = { durationMs: 3_000, renewWithinMs: 2_000, retryMs: 300 };
const lease = new Lease({ ...ports, connection, name, namespace: "default", holder, times });

void lease.hold(async () => {
  process.stdout.write("leading\n");
  await systemClock.sleep(600_000);
}, new AbortController().signal);
