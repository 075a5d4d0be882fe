package main

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/scheduling"
)

func instanceTypes(catalog []InstanceType) []*cloudprovider.InstanceType {
	types := make([]*cloudprovider.InstanceType, len(catalog))
	for i := range catalog {
		types[i] = instanceType(&catalog[i])
		// Providers keep their types between runs, so what a type works out once is worked out before the clock starts.
		types[i].Allocatable()
	}
	return types
}

func instanceType(from *InstanceType) *cloudprovider.InstanceType {
	overhead := overheadOf(from)
	offerings := make(cloudprovider.Offerings, len(from.Offerings))
	for i := range from.Offerings {
		offerings[i] = offering(&from.Offerings[i], overhead)
	}
	return &cloudprovider.InstanceType{
		Name:         from.Name,
		Requirements: scheduling.NewNodeSelectorRequirementsWithMinValues(from.Requirements...),
		Offerings:    offerings,
		Capacity:     from.Capacity,
		Overhead:     &cloudprovider.InstanceTypeOverhead{KubeReserved: overhead},
	}
}

// overheadOf is what makes the peer arrive at the given allocatable. It takes huge pages off the memory by itself.
func overheadOf(from *InstanceType) corev1.ResourceList {
	overhead := corev1.ResourceList{}
	for name, capacity := range from.Capacity {
		rest := capacity.DeepCopy()
		rest.Sub(from.Allocatable[name])
		if name == corev1.ResourceMemory {
			rest.Sub(hugePages(from.Capacity))
		}
		overhead[name] = rest
	}
	return overhead
}

func hugePages(capacity corev1.ResourceList) resource.Quantity {
	var total resource.Quantity
	for name, quantity := range capacity {
		if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			total.Add(quantity)
		}
	}
	return total
}

func offering(from *Offering, overhead corev1.ResourceList) *cloudprovider.Offering {
	requirements := scheduling.NewNodeSelectorRequirementsWithMinValues(from.Requirements...)
	requirements.Add(
		scheduling.NewRequirement(corev1.LabelTopologyZone, corev1.NodeSelectorOpIn, from.Zone),
		scheduling.NewRequirement(v1.CapacityTypeLabelKey, corev1.NodeSelectorOpIn, from.CapacityType),
	)
	to := &cloudprovider.Offering{
		Requirements:     requirements,
		Price:            from.Price,
		Available:        from.Available,
		CapacityOverride: override(from.Allocatable, overhead),
	}
	if from.Reservation != nil {
		requirements.Add(scheduling.NewRequirement(reservationID, corev1.NodeSelectorOpIn, from.Reservation.ID))
		to.ReservationCapacity = from.Reservation.Remaining
	}
	return to
}

// override is the capacity of which the given allocatable is left once the overhead is off.
func override(allocatable, overhead corev1.ResourceList) corev1.ResourceList {
	capacity := corev1.ResourceList{}
	for name, quantity := range allocatable {
		total := quantity.DeepCopy()
		total.Add(overhead[name])
		capacity[name] = total
	}
	return capacity
}
