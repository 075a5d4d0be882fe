package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/utils/resources"
)

// fill tells the peer's cluster state of everything that is there, as its informers would.
func fill(ctx context.Context, cluster *state.Cluster, objects *Cluster) error {
	for _, claim := range objects.NodeClaims {
		cluster.UpdateNodeClaim(claim)
	}
	for _, node := range objects.Nodes {
		if err := cluster.UpdateNode(ctx, node); err != nil {
			return fmt.Errorf("node %s: %w", node.Name, err)
		}
	}
	for _, pod := range objects.Pods {
		if err := cluster.UpdatePod(ctx, pod); err != nil {
			return fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
		}
	}
	for _, set := range objects.DaemonSets {
		if err := cluster.UpdateDaemonSet(ctx, set); err != nil {
			return fmt.Errorf("daemon set %s/%s: %w", set.Namespace, set.Name, err)
		}
	}
	cluster.SetSynced(true)
	return nil
}

// readyPool is the pool with the conditions under which it may launch, and with limits of which, once the peer has taken
// off its nodes' capacity, as much is left as the scenario's usage leaves.
func readyPool(pool *Pool, nodes []*corev1.Node) *v1.NodePool {
	ready := pool.NodePool.DeepCopy()
	ready.StatusConditions().SetTrue(v1.ConditionTypeValidationSucceeded)
	ready.StatusConditions().SetTrue(v1.ConditionTypeNodeClassReady)
	for name, limit := range ready.Spec.Limits {
		left := limit.DeepCopy()
		left.Sub(pool.Usage[name])
		left.Add(capacityOf(nodes, ready.Name, name))
		ready.Spec.Limits[name] = left
	}
	return ready
}

// capacityOf sums one resource of a pool's nodes; every node is one of the resource "nodes".
func capacityOf(nodes []*corev1.Node, pool string, name corev1.ResourceName) resource.Quantity {
	var total resource.Quantity
	for _, node := range nodes {
		if node.Labels[v1.NodePoolLabelKey] != pool {
			continue
		}
		if name == resources.Node {
			total.Add(resource.MustParse("1"))
		} else {
			total.Add(node.Status.Capacity[name])
		}
	}
	return total
}
