import { versions } from "./versions";

/** One Go module from which one or several programs are built, and when programs found on PATH will do instead. */
export interface Recipe<Program extends string = string> {
  readonly name: string;
  readonly version: string;
  /** The programs, by the import path of their main package; `.` is the package of `sources`. */
  readonly binaries: Readonly<Partial<Record<Program, string>>>;
  /** A main package of our own, by file name, for a module that has a library only. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Modules to require, by version. The first one's go.mod decides about all others. */
  readonly modules: Readonly<Record<string, string>>;
  /** The version to take for each module that the first one replaces by a folder of its own. */
  readonly localReplacements?: string;
  /** Files of the first module to keep beside the programs, by the name to keep them under. */
  readonly files?: Readonly<Record<string, string>>;
  /** Linker values, by variable. */
  readonly stamps?: Readonly<Record<string, string>>;
  /** On two cores, downloads included. */
  readonly expectedMinutes: number;
  /** What a program on PATH must answer to be used; all programs of a recipe or none are taken from there. */
  readonly onPath: { readonly ask: readonly string[]; readonly atLeast: string; readonly below: string } | undefined;
}

export type Binary =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "pulumi"
  | "pulumi-language-nodejs";

const [kubernetesMajor = "", kubernetesMinor = "", kubernetesPatch = ""] = versions.kubernetes.split(".");
const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const etcdMain = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;

/**
 * What kwok does with the nodes and pods it manages: nodes turn Ready, their leases are renewed, pods run, Jobs
 * complete.
 */
export const kwokStages = {
  "node-initialize.yaml": "kustomize/stage/node/fast/node-initialize.yaml",
  "node-heartbeat-with-lease.yaml": "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
  "pod-ready.yaml": "kustomize/stage/pod/fast/pod-ready.yaml",
  "pod-complete.yaml": "kustomize/stage/pod/fast/pod-complete.yaml",
  "pod-delete.yaml": "kustomize/stage/pod/fast/pod-delete.yaml",
} as const;

/** The longest first, since two are built at a time. */
export const recipes: readonly Recipe<Binary>[] = [
  {
    name: "kubernetes",
    version: versions.kubernetes,
    binaries: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    },
    modules: { "k8s.io/kubernetes": versions.kubernetes },
    localReplacements: `0.${kubernetesMinor}.${kubernetesPatch}`,
    stamps: {
      "k8s.io/component-base/version.gitVersion": `v${versions.kubernetes}`,
      "k8s.io/component-base/version.gitMajor": kubernetesMajor,
      "k8s.io/component-base/version.gitMinor": kubernetesMinor,
    },
    expectedMinutes: 6,
    // The admission API that the sandbox switches on is v1beta1 from 1.34 to 1.35.
    onPath: { ask: ["--version"], atLeast: "1.34.0", below: "1.36.0" },
  },
  {
    name: "pulumi",
    version: versions.pulumi,
    binaries: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    modules: {
      "github.com/pulumi/pulumi/pkg/v3": versions.pulumi,
      "github.com/pulumi/pulumi/sdk/v3": versions.pulumi,
    },
    stamps: { [pulumiVersion]: versions.pulumi },
    expectedMinutes: 4,
    onPath: { ask: ["version"], atLeast: "3.200.0", below: "4.0.0" },
  },
  {
    name: "etcd",
    version: versions.etcd,
    binaries: { etcd: "." },
    sources: { "main.go": etcdMain },
    modules: { "go.etcd.io/etcd/server/v3": versions.etcd },
    expectedMinutes: 2,
    onPath: { ask: ["--version"], atLeast: "3.5.0", below: "4.0.0" },
  },
  {
    name: "kwok",
    version: versions.kwok,
    binaries: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
    modules: { "sigs.k8s.io/kwok": versions.kwok },
    files: kwokStages,
    expectedMinutes: 2,
    onPath: { ask: ["--version"], atLeast: "0.6.0", below: "0.9.0" },
  },
  {
    name: "pulumi-language-nodejs",
    version: versions.pulumiLanguageNodejs,
    binaries: { "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
    modules: { "github.com/pulumi/pulumi/sdk/v3": versions.pulumiLanguageNodejs },
    stamps: { [pulumiVersion]: versions.pulumiLanguageNodejs },
    expectedMinutes: 1,
    // It cannot be asked for its version: taken from PATH only together with the CLI, see `onPath`.
    onPath: undefined,
  },
];
