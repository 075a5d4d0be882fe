package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	requirements "sigs.k8s.io/karpenter/pkg/scheduling"
)

// maxListed is how many instance types of a node are told, as in the output of `pulumi-karpenter simulate`.
const maxListed = 60

// Plan is an answer, in the shape of bench/plan-summary.ts.
type Plan struct {
	NewNodes      []NewNode           `json:"newNodes"`
	ExistingNodes map[string][]string `json:"existingNodes"`
	Unschedulable map[string]string   `json:"unschedulable"`
	HourlyPrice   float64             `json:"hourlyPrice"`
	SolveSeconds  []float64           `json:"solveSeconds"`
	// PeakRSSBytes is the most memory this process has had so far, for whichever scenario.
	PeakRSSBytes int64 `json:"peakRssBytes"`
}

// NewNode is a node to launch; type, zone, capacity type and price are those of the cheapest offering that will do.
type NewNode struct {
	NodePool      string   `json:"nodePool"`
	Pods          []string `json:"pods"`
	InstanceTypes []string `json:"instanceTypes"`
	InstanceType  string   `json:"instanceType"`
	Zone          string   `json:"zone"`
	CapacityType  string   `json:"capacityType"`
	Price         float64  `json:"price"`
	// Requirements are those of the claim.
	Requirements []v1.NodeSelectorRequirementWithMinValues `json:"requirements"`
}

func planOf(results scheduling.Results, refused map[*corev1.Pod]error) *Plan {
	plan := &Plan{
		NewNodes:      []NewNode{},
		ExistingNodes: map[string][]string{},
		Unschedulable: map[string]string{},
	}
	for _, claim := range results.NewNodeClaims {
		node := newNode(claim)
		plan.NewNodes = append(plan.NewNodes, node)
		plan.HourlyPrice += node.Price
	}
	for _, node := range results.ExistingNodes {
		if len(node.Pods) > 0 {
			plan.ExistingNodes[node.Name()] = names(node.Pods)
		}
	}
	for _, failures := range []map[*corev1.Pod]error{results.PodErrors, refused} {
		for pod, err := range failures {
			plan.Unschedulable[nameOf(pod)] = err.Error()
		}
	}
	return plan
}

func newNode(claim *scheduling.NodeClaim) NewNode {
	best := map[string]*cloudprovider.Offering{}
	for _, candidate := range claim.InstanceTypeOptions {
		if offering := cheapest(candidate, claim.Requirements); offering != nil {
			best[candidate.Name] = offering
		}
	}
	// By name within a price, so that equal plans read the same.
	types := slices.SortedFunc(maps.Keys(best), func(a, b string) int {
		return cmp.Or(cmp.Compare(best[a].Price, best[b].Price), cmp.Compare(a, b))
	})
	node := NewNode{
		NodePool:      claim.NodePoolName,
		Pods:          names(claim.Pods),
		InstanceTypes: append([]string{}, types[:min(len(types), maxListed)]...),
		Requirements:  claim.Requirements.NodeSelectorRequirements(),
	}
	if len(types) > 0 {
		offering := best[types[0]]
		node.InstanceType = types[0]
		node.Zone, node.CapacityType, node.Price = offering.Zone(), offering.CapacityType(), offering.Price
	}
	return node
}

// cheapest leaves reserved capacity to the claims that hold some of it, which want no other.
func cheapest(of *cloudprovider.InstanceType, wanted requirements.Requirements) *cloudprovider.Offering {
	capacityTypes := wanted.Get(v1.CapacityTypeLabelKey)
	reserved := capacityTypes.Len() == 1 && capacityTypes.Has(v1.CapacityTypeReserved)
	var best *cloudprovider.Offering
	price := math.Inf(1)
	for _, offering := range of.Offerings.Available().Compatible(wanted) {
		if offering.CapacityType() == v1.CapacityTypeReserved && !reserved {
			continue
		}
		if offering.Price < price {
			best, price = offering, offering.Price
		}
	}
	return best
}

func names(pods []*corev1.Pod) []string {
	all := make([]string, len(pods))
	for i, pod := range pods {
		all[i] = nameOf(pod)
	}
	slices.Sort(all)
	return all
}

func nameOf(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Name }

func peakRSS() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	// Linux counts in KiB.
	return usage.Maxrss * 1024
}
