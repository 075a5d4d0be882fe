import { keyOf, type KubeObject } from "#controller/api/kube-object";
import type { Container, Pod, PodSpec } from "#controller/api/pod";

/**
 * Objects as the API server would have stored them. The peer reads nothing else, so it does without the defaults that
 * the API server fills in: a pod with a limit and no request, say, asks for nothing.
 */

/** With a namespace and a uid. The peer tells pods apart by uid. */
export function stored<T extends KubeObject>(object: T): T {
  const { namespace = "default", uid = keyOf(object), ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, namespace, uid } };
}

/**
 * Also with the defaults of its containers
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/).
 */
export const storedPod = (pod: Pod): Pod => ({ ...stored(pod), spec: defaulted(pod.spec) });

function defaulted(spec: PodSpec): PodSpec {
  const { containers, initContainers, hostNetwork = false } = spec;
  const whole = (container: Container): Container => withPorts(withRequests(container), hostNetwork);
  return {
    ...spec,
    containers: containers.map(whole),
    ...(initContainers !== undefined && { initContainers: initContainers.map(whole) }),
  };
}

/** What has a limit and no request is requested up to the limit. */
function withRequests(container: Container): Container {
  const { resources } = container;
  if (resources?.limits === undefined) return container;
  return { ...container, resources: { ...resources, requests: { ...resources.limits, ...resources.requests } } };
}

/** Ports are TCP unless they say otherwise; on the host's network, they are the host's. */
function withPorts(container: Container, hostNetwork: boolean): Container {
  const { ports } = container;
  if (ports === undefined) return container;
  return {
    ...container,
    ports: ports.map((port) => ({
      protocol: "TCP",
      ...(hostNetwork && { hostPort: port.containerPort }),
      ...port,
    })),
  };
}
