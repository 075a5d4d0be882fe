package main

import (
	"context"

	"github.com/awslabs/operatorpkg/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
)

const reservationID = "karpenter.k8s.aws/capacity-reservation-id"

// What the peer's AWS provider tells the scheduler about labels when it is loaded.
func init() {
	v1.NormalizedLabels["topology.ebs.csi.aws.com/zone"] = "topology.kubernetes.io/zone"
	cloudprovider.ReservationIDLabel = reservationID
	cloudprovider.ReservedCapacityLabels.Insert(reservationID)
}

// provider offers each pool the instance types of its catalog. The methods it does not have are those that launch machines;
// a scheduler that only plans calls none of them.
type provider struct {
	cloudprovider.CloudProvider
	byPool  map[string][]*cloudprovider.InstanceType
	classes []status.Object
}

func newProvider(scenario *Scenario) *provider {
	catalogs := make([][]*cloudprovider.InstanceType, len(scenario.Catalogs))
	for i, catalog := range scenario.Catalogs {
		catalogs[i] = instanceTypes(catalog)
	}
	p := &provider{byPool: map[string][]*cloudprovider.InstanceType{}}
	for i := range scenario.Pools {
		pool := &scenario.Pools[i]
		p.byPool[pool.NodePool.Name] = catalogs[pool.Catalog]
		p.classes = append(p.classes, classOf(&pool.NodePool))
	}
	return p
}

func (p *provider) GetInstanceTypes(_ context.Context, pool *v1.NodePool) ([]*cloudprovider.InstanceType, error) {
	return p.byPool[pool.Name], nil
}

func (p *provider) GetSupportedNodeClasses() []status.Object { return p.classes }

// nodeClass has nothing but its kind: the scheduler leaves out pools whose class is of no supported kind.
type nodeClass struct {
	unstructured.Unstructured
}

func classOf(pool *v1.NodePool) *nodeClass {
	ref := pool.Spec.Template.Spec.NodeClassRef
	class := &nodeClass{unstructured.Unstructured{Object: map[string]any{}}}
	class.SetGroupVersionKind(schema.GroupVersionKind{Group: ref.Group, Version: "v1", Kind: ref.Kind})
	return class
}

func (*nodeClass) GetConditions() []status.Condition { return nil }

func (*nodeClass) SetConditions([]status.Condition) {}

func (c *nodeClass) StatusConditions(opts ...status.ForOption) status.ConditionSet {
	return status.NewReadyConditions().For(c, opts...)
}
