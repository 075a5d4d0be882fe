import { labels as wellKnown } from "../api/labels";

/** A metric as Prometheus knows it. */
export interface Metric {
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, ascending. @default `durationBuckets` */
  readonly buckets?: readonly number[];
}

/** `count` bounds, the first at `start`, each `factor` times the one before. */
const growing = (start: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start * factor ** index);

/** Seconds from 5 ms to 10 min: the buckets of Karpenter's durations, so that its dashboards fit. */
export const durationBuckets: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60, 120, 150, 300, 450, 600,
];

/** The quantiles of every summary. */
export const quantiles: readonly number[] = [0, 0.5, 0.9, 0.99, 1];

const counter = (help: string, ...labels: readonly string[]): Metric => ({ type: "counter", help, labels });
const gauge = (help: string, ...labels: readonly string[]): Metric => ({ type: "gauge", help, labels });
const summary = (help: string, ...labels: readonly string[]): Metric => ({ type: "summary", help, labels });
const seconds = (help: string, ...labels: readonly string[]): Metric => ({ type: "histogram", help, labels });
const histogram = (help: string, buckets: readonly number[], ...labels: readonly string[]): Metric => ({
  type: "histogram",
  help,
  labels,
  buckets,
});

/** `karpenter.k8s.aws/instance-category` as a metric label: what follows the slash, in snake_case. */
const nodeLabels = [
  ...new Set(
    [
      wellKnown.arch,
      wellKnown.capacityType,
      wellKnown.instanceType,
      wellKnown.nodePool,
      wellKnown.os,
      wellKnown.region,
      wellKnown.windowsBuild,
      wellKnown.zone,
      wellKnown.zoneId,
    ].map((label) => label.slice(label.indexOf("/") + 1).replaceAll("-", "_")),
  ),
];
const aNode = ["node_name", "phase", "managed", ...nodeLabels];
const aNodeResource = [...aNode, "resource_type"];
const aDecision = ["decision", "reason", "consolidation_type"];
const aMove = ["decision", "nodepool", "policy"];
const aDisruption = ["reason", "nodepool", "capacity_type", "consolidation_policy", "termination_mode"];
const aPod = ["name", "namespace"];
const aCall = ["controller", "method", "provider"];

/**
 * One row per kind and metric: conditions and terminations of an API kind, under the names that operatorpkg gave them.
 */
const conditionsOf = (kind: string, ...labels: readonly string[]): Readonly<Record<string, Metric>> => ({
  [`operator_${kind}_status_condition_count`]: gauge(
    "Objects by condition and status.",
    "type",
    "status",
    "reason",
    ...aPod,
    ...labels,
  ),
  [`operator_${kind}_status_condition_current_status_seconds`]: gauge(
    "How long a condition has had its status.",
    "type",
    "status",
    "reason",
    ...aPod,
    ...labels,
  ),
  [`operator_${kind}_status_condition_transition_seconds`]: histogram(
    "How long a condition had a status before it turned.",
    growing(0.5, 2, 15),
    "type",
    "status",
    ...labels,
  ),
  [`operator_${kind}_status_condition_transitions_total`]: counter(
    "How often a condition turned.",
    "type",
    "status",
    "reason",
    ...labels,
  ),
  [`operator_${kind}_termination_current_time_seconds`]: gauge(
    "How long an object has been terminating.",
    ...aPod,
    ...labels,
  ),
  [`operator_${kind}_termination_duration_seconds`]: histogram(
    "How long termination took.",
    growing(0.5, 2, 15),
    ...labels,
  ),
});

const scheduling: Readonly<Record<string, Metric>> = {
  karpenter_build_info: gauge("A constant 1, labeled by what was built.", "version", "goversion", "goarch", "commit"),
  karpenter_cluster_state_node_count: gauge("Nodes in the cluster state."),
  karpenter_cluster_state_synced: gauge("1 when the cluster state has caught up with the API server, else 0."),
  karpenter_cluster_state_unsynced_time_seconds: gauge("How long the cluster state has not been in sync."),
  karpenter_cluster_utilization_percent: gauge("Requested share of allocatable resources.", "resource_type"),
  karpenter_pods_scheduling_decision_duration_seconds: seconds("From seeing a pod to deciding about it."),
  karpenter_scheduler_scheduling_duration_seconds: seconds("How long making a plan took.", "controller"),
  karpenter_scheduler_queue_depth: gauge("Pods waiting in the scheduler.", "controller", "scheduling_id"),
  karpenter_scheduler_unfinished_work_seconds: gauge("Age of an unfinished plan.", "controller", "scheduling_id"),
  karpenter_scheduler_ignored_pods_count: gauge("Pods that are left out because they are invalid."),
  karpenter_scheduler_unschedulable_pods_count: gauge("Pods that fit nowhere.", "controller"),
  karpenter_scheduler_pending_pods_by_effective_zone_count: gauge(
    "Waiting pods, by the zone that they can go to.",
    "controller",
    "zone",
  ),
};

const disruption: Readonly<Record<string, Metric>> = {
  karpenter_voluntary_disruption_decision_evaluation_duration_seconds: seconds(
    "How long deciding about disruption took.",
    "reason",
    "consolidation_type",
  ),
  karpenter_voluntary_disruption_decisions_total: counter("Decisions to disrupt.", ...aDecision),
  karpenter_voluntary_disruption_decisions_by_nodepool_total: counter("The same by pool.", "nodepool", ...aDecision),
  karpenter_voluntary_disruption_eligible_nodes: gauge("Nodes that may be disrupted.", "reason"),
  karpenter_voluntary_disruption_consolidation_timeouts_total: counter("Searches cut short.", "consolidation_type"),
  karpenter_voluntary_disruption_failed_validations_total: counter(
    "Decisions that no longer held when looked at again.",
    "consolidation_type",
  ),
  karpenter_voluntary_disruption_queue_failures_total: counter(
    "Decisions that could not be carried out.",
    ...aDecision,
  ),
  karpenter_consolidation_score: histogram(
    "Saving against disturbance of a move.",
    [0.1, 0.25, 0.33, 0.5, 1, 2, 5, 10],
    ...aMove,
  ),
  karpenter_consolidation_moves_total: counter("Moves by decision.", ...aMove),
};

const nodePools: Readonly<Record<string, Metric>> = {
  karpenter_nodepools_allowed_disruptions: gauge("Nodes that a pool's budgets let go now.", "nodepool", "reason"),
  karpenter_nodepools_nodes_consuming_budgets: gauge("Nodes that count against a budget.", "nodepool", "reason"),
  karpenter_nodepools_limit: gauge("A pool's limits.", "resource_type", "nodepool"),
  karpenter_nodepools_usage: gauge("What a pool's nodes add up to.", "resource_type", "nodepool"),
  karpenter_nodepools_cost_total: gauge("Hourly price of a pool's nodes.", "nodepool"),
  karpenter_nodepools_cost_tracker_errors_total: counter("Nodes whose price is unknown.", "nodepool"),
};

const machines: Readonly<Record<string, Metric>> = {
  karpenter_nodeclaims_created_total: counter("Claims created.", "reason", "nodepool", "min_values_relaxed"),
  karpenter_nodeclaims_terminated_total: counter("Claims terminated.", "nodepool", "capacity_type", "zone"),
  karpenter_nodeclaims_disrupted_total: counter("Claims disrupted.", ...aDisruption),
  karpenter_pods_disruption_initiated_total: counter("Pods on disrupted claims.", ...aDisruption),
  karpenter_nodeclaims_instance_termination_duration_seconds: histogram(
    "From asking for termination to the instance being gone.",
    growing(1, 2, 11),
    "nodepool",
  ),
  karpenter_nodeclaims_termination_duration_seconds: histogram(
    "From deletion of a claim to its end.",
    growing(1, 2, 12),
    "nodepool",
  ),
  karpenter_nodeclaims_unhealthy_disrupted_total: counter(
    "Claims replaced by node repair.",
    "condition",
    "nodepool",
    "capacity_type",
    "image_id",
  ),
  karpenter_nodes_created_total: counter("Nodes that joined.", "nodepool", "zone"),
  karpenter_nodes_terminated_total: counter("Nodes that ended.", "nodepool", "zone"),
  karpenter_nodes_termination_duration_seconds: summary("From deletion of a node to its end.", "nodepool"),
  karpenter_nodes_drained_total: counter("Nodes drained.", "nodepool"),
  karpenter_nodes_lifetime_duration_seconds: histogram("Age of nodes at their end.", growing(900, 2, 12), "nodepool"),
  karpenter_nodes_allocatable: gauge("Allocatable resources.", ...aNodeResource),
  karpenter_nodes_total_pod_requests: gauge("Requests of a node's pods.", ...aNodeResource),
  karpenter_nodes_total_pod_limits: gauge("Limits of a node's pods.", ...aNodeResource),
  karpenter_nodes_total_daemon_requests: gauge("Requests of a node's daemon pods.", ...aNodeResource),
  karpenter_nodes_total_daemon_limits: gauge("Limits of a node's daemon pods.", ...aNodeResource),
  karpenter_nodes_system_overhead: gauge("Capacity that is not allocatable.", ...aNodeResource),
  karpenter_nodes_current_lifetime_seconds: gauge("Age of a node.", ...aNode),
};

const pods: Readonly<Record<string, Metric>> = {
  karpenter_pods_state: gauge(
    "A constant 1 per pod.",
    ...aPod,
    ...["owner", "node", "scheduled", "nodepool", "zone", "arch", "capacity_type", "instance_type", "phase", "ready"],
    "managed",
  ),
  karpenter_pods_startup_duration_seconds: summary("From creation of a pod until it runs."),
  karpenter_pods_unstarted_time_seconds: gauge("How long a pod has not run.", ...aPod),
  karpenter_pods_unbound_time_seconds: gauge("How long a pod has not been bound.", ...aPod),
  karpenter_pods_bound_duration_seconds: seconds("From creation of a pod until it is bound."),
  karpenter_pods_provisioning_bound_duration_seconds: seconds("From deciding about a pod until it is bound."),
  karpenter_pods_provisioning_startup_duration_seconds: seconds("From deciding about a pod until it runs."),
  karpenter_pods_provisioning_unbound_time_seconds: gauge("How long a planned pod has not been bound.", ...aPod),
  karpenter_pods_provisioning_unstarted_time_seconds: gauge("How long a planned pod has not run.", ...aPod),
  karpenter_pods_provisioning_scheduling_undecided_time_seconds: gauge("How long a pod waits for a plan.", ...aPod),
  karpenter_pods_eviction_requests_total: counter("Eviction requests by the server's answer.", "code"),
  karpenter_pods_drained_total: counter("Pods drained.", "reason"),
};

const cloud: Readonly<Record<string, Metric>> = {
  karpenter_cloudprovider_duration_seconds: seconds("Cloud calls.", ...aCall),
  karpenter_cloudprovider_errors_total: counter("Cloud calls that failed.", ...aCall, "error"),
  karpenter_cloudprovider_instance_type_cpu_cores: gauge("Cores of a type.", "instance_type"),
  karpenter_cloudprovider_instance_type_memory_bytes: gauge("Memory of a type.", "instance_type"),
  karpenter_cloudprovider_instance_type_offering_available: gauge(
    "1 when an offering can be launched, else 0.",
    "instance_type",
    "capacity_type",
    "zone",
  ),
  karpenter_cloudprovider_instance_type_offering_price_estimate: gauge(
    "Hourly price of an offering.",
    "instance_type",
    "capacity_type",
    "zone",
  ),
  karpenter_cloudprovider_instance_launch_failures_total: counter(
    "Launches that failed.",
    "zone",
    "zone_id",
    "capacity_type",
    "reason",
  ),
  karpenter_cloudprovider_instance_termination_failures_total: counter("Terminations that failed.", "zone", "zone_id"),
  karpenter_cloudprovider_batcher_batch_size: histogram("Requests per batch.", growing(1, 2, 10), "batcher"),
  karpenter_cloudprovider_batcher_batch_time_seconds: seconds("How long a batch was open.", "batcher"),
  karpenter_interruption_received_messages_total: counter("Messages received.", "message_type"),
  karpenter_interruption_deleted_messages_total: counter("Messages taken off the queue."),
  karpenter_interruption_message_queue_duration_seconds: seconds("From sending a message to handling it."),
  karpenter_interruption_instance_status_unhealthy_total: counter("Instances found unhealthy.", "category"),
};

const machinery: Readonly<Record<string, Metric>> = {
  client_go_request_total: counter("Requests to the API server.", "code", "method"),
  client_go_request_duration_seconds: seconds(
    "Requests to the API server.",
    "verb",
    "group",
    "version",
    "kind",
    "subresource",
  ),
  controller_runtime_reconcile_total: counter("Reconciliations by result.", "controller", "result"),
  controller_runtime_reconcile_errors_total: counter("Reconciliations that failed.", "controller"),
  controller_runtime_terminal_reconcile_errors_total: counter("Failures that are not retried.", "controller"),
  controller_runtime_reconcile_time_seconds: seconds("How long a reconciliation took.", "controller"),
  controller_runtime_max_concurrent_reconciles: gauge("Most reconciliations at once.", "controller"),
  controller_runtime_active_workers: gauge("Reconciliations at work now.", "controller"),
  workqueue_depth: gauge("Keys that wait for a worker.", "name", "controller"),
  workqueue_adds_total: counter("Keys added.", "name", "controller"),
  workqueue_retries_total: counter("Keys added again after a failure.", "name", "controller"),
  leader_election_master_status: gauge("1 while this replica leads, else 0.", "name"),
};

/**
 * Every metric that the controller exposes, by its full name. Names and labels are Karpenter's (its metrics reference),
 * client-go's and controller-runtime's, so that existing dashboards and alerts go on working.
 */
export const metrics: Readonly<Record<string, Metric>> = {
  ...scheduling,
  ...disruption,
  ...nodePools,
  ...machines,
  ...pods,
  ...cloud,
  ...machinery,
  ...conditionsOf("nodeclaim", "nodepool", "node_class"),
  ...conditionsOf("node", "nodepool", "node_class"),
  ...conditionsOf("nodepool"),
  ...conditionsOf("ec2nodeclass"),
  ...conditionsOf("capacitybuffer"),
};
