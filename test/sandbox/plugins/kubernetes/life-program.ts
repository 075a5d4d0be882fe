import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";

/** What the program asks for that changes between its runs. */
export interface Wanted {
  /** Of what is replaced, and of what is patched. */
  readonly value: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const first: Wanted = { value: "1", labels: { a: "1", b: "1" } };
export const second: Wanted = { value: "2", labels: { a: "2" } };

/** 900 KB. */
export const bundle = randomBytes(900_000).toString("base64");

/** One resource for each thing that the plugin does differently. */
export const life =
  ({ value, labels }: Wanted) =>
  (): Promise<Record<string, unknown>> => {
    const notes = new k8s.core.v1.ConfigMap("notes", { data: { a: "1" } });
    new k8s.core.v1.ServiceAccount("robot", { metadata: { name: "robot", labels: { ...labels } } });
    new k8s.core.v1.ConfigMap("named", { metadata: { name: "named" }, data: { value } });
    const unnamed = new k8s.core.v1.ConfigMap("unnamed", { data: { value } });
    const hard = { "limits.cpu": "2000m", pods: "10" };
    new k8s.core.v1.ResourceQuota("quota", { metadata: { name: "quota" }, spec: { hard } });
    new k8s.core.v1.ConfigMap("vanishing", { metadata: { name: "vanishing" } });
    new k8s.core.v1.ConfigMapPatch("ours", { metadata: { name: "shared" }, data: { ours: value } });
    new k8s.core.v1.Secret("token", { metadata: { name: "token" }, stringData: { key: "hunter2" } });
    new k8s.core.v1.ConfigMap("bundle", { metadata: { name: "bundle" }, binaryData: { bundle } });
    const crd = lamps();
    desk();
    const root = k8s.core.v1.ConfigMap.get("root", "kube-system/kube-root-ca.crt");
    return Promise.resolve({
      name: notes.metadata.name,
      namespace: notes.metadata.namespace,
      uid: notes.metadata.uid,
      unnamed: unnamed.metadata.name,
      crd: crd.metadata.name,
      rootKeys: root.data.apply((data) => Object.keys(data)),
    });
  };

const lamps = (): k8s.apiextensions.v1.CustomResourceDefinition =>
  new k8s.apiextensions.v1.CustomResourceDefinition("lamps", {
    metadata: { name: "lamps.example.com" },
    spec: {
      group: "example.com",
      scope: "Cluster",
      names: { plural: "lamps", singular: "lamp", kind: "Lamp" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: lampSchema } }],
    },
  });

const lampSchema = {
  type: "object",
  properties: { spec: { type: "object", properties: { on: { type: "boolean" } } } },
};

/** Does not depend on the definition of its kind: the plugin waits for the kind to be served. */
function desk(): void {
  const metadata = { name: "desk", annotations: { "pulumi.com/waitFor": "jsonpath={.spec.on}=true" } };
  new k8s.apiextensions.CustomResource("desk", {
    apiVersion: "example.com/v1",
    kind: "Lamp",
    metadata,
    spec: { on: true },
  });
}
