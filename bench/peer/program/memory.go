package main

import (
	"context"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// memory answers reads the way the controller's informer cache does: from indexes in memory, with copies. (The fake
// client of controller-runtime would encode and decode every object on every read, which the peer has no need to pay for.)
type memory struct {
	// Client is nil: a scheduler that only plans calls nothing but Get and List.
	client.Client
	byKind map[reflect.Type]*kind
}

// kind are the objects of one kind.
type kind struct {
	all         []client.Object
	byKey       map[client.ObjectKey]client.Object
	byNamespace map[string][]client.Object
	// byNode has an entry for every node name a pod may have, the empty one included.
	byNode map[string][]client.Object
}

func newMemory(objects []client.Object) *memory {
	m := &memory{byKind: map[reflect.Type]*kind{}}
	for _, object := range objects {
		m.add(object)
	}
	return m
}

func (m *memory) add(object client.Object) {
	of := reflect.TypeOf(object).Elem()
	k, ok := m.byKind[of]
	if !ok {
		k = &kind{
			byKey:       map[client.ObjectKey]client.Object{},
			byNamespace: map[string][]client.Object{},
			byNode:      map[string][]client.Object{},
		}
		m.byKind[of] = k
	}
	k.all = append(k.all, object)
	k.byKey[client.ObjectKeyFromObject(object)] = object
	k.byNamespace[object.GetNamespace()] = append(k.byNamespace[object.GetNamespace()], object)
	if pod, ok := object.(*corev1.Pod); ok {
		k.byNode[pod.Spec.NodeName] = append(k.byNode[pod.Spec.NodeName], object)
	}
}

func (m *memory) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	of := reflect.TypeOf(into).Elem()
	if found := m.find(of, key); found != nil {
		copyInto(reflect.ValueOf(into).Elem(), found)
		return nil
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: of.Name()}, key.String())
}

// find ignores the namespace that is named for an object that has none, as a real client does.
func (m *memory) find(of reflect.Type, key client.ObjectKey) client.Object {
	k, ok := m.byKind[of]
	if !ok {
		return nil
	}
	if found, ok := k.byKey[key]; ok {
		return found
	}
	return k.byKey[client.ObjectKey{Name: key.Name}]
}

func (m *memory) List(_ context.Context, into client.ObjectList, opts ...client.ListOption) error {
	options := (&client.ListOptions{}).ApplyOptions(opts)
	items := reflect.ValueOf(into).Elem().FieldByName("Items")
	chosen := m.matching(items.Type().Elem(), options)
	list := reflect.MakeSlice(items.Type(), len(chosen), len(chosen))
	for i, object := range chosen {
		copyInto(list.Index(i), object)
	}
	items.Set(list)
	return nil
}

func (m *memory) matching(of reflect.Type, options *client.ListOptions) []client.Object {
	k, ok := m.byKind[of]
	if !ok {
		return nil
	}
	var chosen []client.Object
	for _, object := range k.candidates(options) {
		if options.Namespace != "" && object.GetNamespace() != options.Namespace {
			continue
		}
		if options.LabelSelector == nil || options.LabelSelector.Matches(labels.Set(object.GetLabels())) {
			chosen = append(chosen, object)
		}
	}
	return chosen
}

func (k *kind) candidates(options *client.ListOptions) []client.Object {
	if options.FieldSelector != nil {
		if node, ok := options.FieldSelector.RequiresExactMatch("spec.nodeName"); ok {
			return k.byNode[node]
		}
	}
	if options.Namespace != "" {
		return k.byNamespace[options.Namespace]
	}
	return k.all
}

func copyInto(place reflect.Value, object client.Object) {
	place.Set(reflect.ValueOf(object.DeepCopyObject()).Elem())
}
