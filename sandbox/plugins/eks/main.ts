/**
 * `pulumi-resource-eks`, as the engine starts it: components over the aws and kubernetes plugins, no resources of its
 * own.
 */
import { version } from "@pulumi/eks/package.json";
import type { Cluster } from "@pulumi/eks";
import { main } from "@pulumi/pulumi/provider";
import type { Provider } from "@pulumi/pulumi/provider";
// Makes a reference to a cluster, such as a method's own, into the cluster with its outputs.
import "@pulumi/eks";
import { endWithEngine } from "../end-with-engine";
import { ClusterComponent } from "./cluster";

const plugin: Provider = {
  version,

  async construct(...[name, type, inputs, options]) {
    if (type !== "eks:index:Cluster") throw new Error(`${type} is not a component that the sandbox's eks plugin knows`);
    const component = new ClusterComponent(name, inputs, options);
    return Promise.resolve({ urn: component.urn, state: component.outputs });
  },

  // The profile or role of a kubeconfig choose how AWS signs in; the sandbox's administrator signs in with a token.
  async call(token, inputs) {
    if (token !== "eks:index:Cluster/getKubeconfig")
      throw new Error(`${token} is not a method of the sandbox's eks plugin`);
    const self = inputs["__self__"] as Cluster;
    return Promise.resolve({ outputs: { result: self.kubeconfigJson } });
  },
};

endWithEngine();
void main(plugin, process.argv.slice(2));
