/** How the Prometheus operator finds the controller's metrics. */
import type * as k8s from "@pulumi/kubernetes";
import type { Labels } from "../controller/api/kube-object";
import { controllerLabels, names } from "../controller/contract/names";
import type { Duration } from "./controller-settings";

/** @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor */
export interface ServiceMonitorSettings {
  /** By which a Prometheus selects its monitors, such as `release: prometheus`. @default none but the controller's */
  readonly labels?: Labels;
  /** Between two readings. @default the Prometheus' own */
  readonly interval?: Duration;
}

export const serviceMonitor = (
  namespace: string,
  { labels = {}, interval }: ServiceMonitorSettings,
): k8s.apiextensions.CustomResourceArgs => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "ServiceMonitor",
  metadata: { name: names.controller, namespace, labels: { ...controllerLabels, ...labels } },
  spec: {
    namespaceSelector: { matchNames: [namespace] },
    selector: { matchLabels: { ...controllerLabels } },
    endpoints: [{ port: "http-metrics", path: "/metrics", ...(interval === undefined ? {} : { interval }) }],
  },
});
