import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescribedType } from "#controller/providers/machine-type";
import { run } from "#cli/main";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `pulumi-karpenter` in this process, without a terminal. */
export async function commandLine(...args: readonly string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await run(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    columns: 120,
    colors: false,
  });
  return { code, out, err };
}

const directory = mkdtempSync(join(tmpdir(), "command-line-"));
let files = 0;

/** A file with this content: text as it is, objects as a List in JSON. */
export function scenarioFile(content: string | readonly object[], extension = "yaml"): string {
  const path = join(directory, `scenario-${++files}.${extension}`);
  const list = { apiVersion: "v1", kind: "List", items: content };
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(list));
  return path;
}

interface Machine {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly price: number;
  readonly arch?: "x86_64" | "arm64";
  /** @default true */
  readonly spot?: boolean;
}

const described = ({ name, cpus, memoryMiB, arch = "x86_64", spot = true }: Machine): DescribedType => ({
  InstanceType: name,
  SupportedUsageClasses: spot ? ["on-demand", "spot"] : ["on-demand"],
  Hypervisor: "nitro",
  ProcessorInfo: { Manufacturer: "Intel", SupportedArchitectures: [arch], SustainedClockSpeedInGhz: 3 },
  VCpuInfo: { DefaultVCpus: cpus },
  MemoryInfo: { SizeInMiB: memoryMiB },
  NetworkInfo: {
    DefaultNetworkCardIndex: 0,
    NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: 4 }],
    Ipv4AddressesPerInterface: 15,
  },
});

/** Round prices in us-east-1, so that sums can be seen at a glance. */
const machines: readonly Machine[] = [
  { name: "m5.large", cpus: 2, memoryMiB: 8192, price: 0.1 },
  { name: "m5.xlarge", cpus: 4, memoryMiB: 16_384, price: 0.2 },
  { name: "m6g.large", cpus: 2, memoryMiB: 8192, price: 0.08, arch: "arm64", spot: false },
];

/** Tables of a catalog: what is undefined is left out. */
export function catalogOf(tables: Readonly<Record<string, unknown>> = {}): string {
  const path = mkdtempSync(join(directory, "catalog-"));
  const whole: Readonly<Record<string, unknown>> = {
    "instance-types": machines.map(described),
    "on-demand-prices": { "us-east-1": Object.fromEntries(machines.map(({ name, price }) => [name, price])) },
    ...tables,
  };
  for (const [name, table] of Object.entries(whole)) {
    if (table === undefined) continue;
    writeFileSync(join(path, `${name}.json`), typeof table === "string" ? table : JSON.stringify(table));
  }
  return path;
}
