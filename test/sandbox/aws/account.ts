import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Aws, startAws } from "#sandbox/aws/aws";
import { type Seed, type SeedOptions, seedAccount } from "#sandbox/aws/seed-account";
import { Cache } from "#sandbox/engines/cache";
import { installMoto, motoKey, motoPython } from "#sandbox/engines/moto";
import { Supervisor } from "#sandbox/processes/supervisor";
import { atEnd } from "#support/at-end";

/** An account of this test's own, with a network and a cluster "demo" whose control plane nobody calls. */
export interface TestAccount {
  readonly aws: Aws;
  readonly seed: Seed;
  stop(): Promise<void>;
}

let sharing: Promise<TestAccount> | undefined;

/** One account for the whole run: who uses it leaves it as it was. */
export function sharedAccount(): Promise<TestAccount> {
  sharing ??= testAccount().then((account) => {
    atEnd(() => account.stop());
    return account;
  });
  return sharing;
}

export async function testAccount(options: Partial<SeedOptions> = {}): Promise<TestAccount> {
  const cache = new Cache();
  if (!cache.has(motoKey)) {
    const install = (): Promise<void> => cache.add(motoKey, (folder) => installMoto(folder, cache));
    await cache.exclusively(install, () => undefined);
  }
  const directory = await mkdtemp(join(tmpdir(), "aws-test-"));
  const supervisor = new Supervisor(directory);
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await rm(directory, { recursive: true });
  };
  try {
    const cluster = {
      endpoint: "https://127.0.0.1:6443",
      certificateAuthority: Buffer.from("certificate").toString("base64"),
      oidcIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/SANDBOX",
      version: "1.34",
      serviceCidr: "10.100.0.0/16",
    };
    const aws = await startAws({ supervisor, python: motoPython(cache), cluster, transitionSeconds: 0.3 });
    return { aws, seed: await seedAccount(aws, { clusterName: "demo", ...options }), stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}
