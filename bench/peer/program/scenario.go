package main

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
)

// Scenario is what peer.ts writes: one scheduling problem, as objects of the API and instance types.
type Scenario struct {
	// WellKnown are the label keys that instance types define, besides the peer's own.
	WellKnown []string `json:"wellKnown"`
	Settings  Settings `json:"settings"`
	// Repeat is how often to solve; every time is told, the first plan is answered.
	Repeat int `json:"repeat"`
	// Pods are those to place.
	Pods []*corev1.Pod `json:"pods"`
	// Catalogs are lists of instance types; pools refer to them by index, since many pools share one.
	Catalogs [][]InstanceType `json:"catalogs"`
	Pools    []Pool           `json:"pools"`
	Cluster  Cluster          `json:"cluster"`
}

// Settings are those of the controller that bear on scheduling.
type Settings struct {
	Preferences  string `json:"preferences"`
	MinValues    string `json:"minValues"`
	Reservations string `json:"reservations"`
}

// Pool is a node pool that may launch machines.
type Pool struct {
	NodePool v1.NodePool `json:"nodePool"`
	Catalog  int         `json:"catalog"`
	// Usage is what counts against the pool's limits already.
	Usage corev1.ResourceList `json:"usage"`
}

// InstanceType is a machine for sale, as controller/scheduling/instance-type.ts has it.
type InstanceType struct {
	Name         string              `json:"name"`
	Requirements []Requirement       `json:"requirements"`
	Capacity     corev1.ResourceList `json:"capacity"`
	Allocatable  corev1.ResourceList `json:"allocatable"`
	Offerings    []Offering          `json:"offerings"`
}

// Offering is a type in one zone and capacity type.
type Offering struct {
	Zone         string              `json:"zone"`
	CapacityType string              `json:"capacityType"`
	Price        float64             `json:"price"`
	Available    bool                `json:"available"`
	Requirements []Requirement       `json:"requirements"`
	Reservation  *Reservation        `json:"reservation"`
	Allocatable  corev1.ResourceList `json:"allocatable"`
}

// Reservation says which capacity reservation an offering is from and how many machines are left in it.
type Reservation struct {
	ID        string `json:"id"`
	Remaining int    `json:"remaining"`
}

// Requirement is one item of a requirement list.
type Requirement = v1.NodeSelectorRequirementWithMinValues

// Cluster are the objects that are there already.
type Cluster struct {
	// Pods are those that run on nodes.
	Pods           []*corev1.Pod                   `json:"pods"`
	Nodes          []*corev1.Node                  `json:"nodes"`
	NodeClaims     []*v1.NodeClaim                 `json:"nodeClaims"`
	CSINodes       []*storagev1.CSINode            `json:"csiNodes"`
	DaemonSets     []*appsv1.DaemonSet             `json:"daemonSets"`
	Namespaces     []*corev1.Namespace             `json:"namespaces"`
	VolumeClaims   []*corev1.PersistentVolumeClaim `json:"volumeClaims"`
	Volumes        []*corev1.PersistentVolume      `json:"volumes"`
	StorageClasses []*storagev1.StorageClass       `json:"storageClasses"`
}

// objects are all of them, as the API server would list them.
func (c *Cluster) objects() []client.Object {
	var all []client.Object
	all = append(all, asObjects(c.Pods)...)
	all = append(all, asObjects(c.Nodes)...)
	all = append(all, asObjects(c.NodeClaims)...)
	all = append(all, asObjects(c.CSINodes)...)
	all = append(all, asObjects(c.DaemonSets)...)
	all = append(all, asObjects(c.Namespaces)...)
	all = append(all, asObjects(c.VolumeClaims)...)
	all = append(all, asObjects(c.Volumes)...)
	return append(all, asObjects(c.StorageClasses)...)
}

func asObjects[T client.Object](items []T) []client.Object {
	objects := make([]client.Object, len(items))
	for i, item := range items {
		objects[i] = item
	}
	return objects
}
