package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning"
	"sigs.k8s.io/karpenter/pkg/controllers/provisioning/scheduling"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/events"
	"sigs.k8s.io/karpenter/pkg/operator/injection"
	"sigs.k8s.io/karpenter/pkg/operator/logging"
	"sigs.k8s.io/karpenter/pkg/operator/options"
)

// controller is as much of the peer's controller as plans: its provisioner and what it sees.
type controller struct {
	provisioner *provisioning.Provisioner
	cluster     *state.Cluster
	options     []scheduling.Options
}

// builtIn are the label keys that the peer itself takes for well known.
var builtIn = v1.WellKnownLabels.Clone()

func init() {
	log.SetLogger(logging.NopLogger)
}

// solve plans the scenario as often as it says and answers the first plan with the seconds of each.
func solve(scenario *Scenario) (*Plan, error) {
	v1.WellKnownLabels = builtIn.Union(sets.New(scenario.WellKnown...))
	ctx := contextOf(&scenario.Settings)
	c, err := newController(ctx, scenario)
	if err != nil {
		return nil, err
	}
	pods, refused := c.valid(ctx, scenario.Pods)
	var plan *Plan
	var seconds []float64
	for range max(1, scenario.Repeat) {
		results, took, err := c.plan(ctx, copies(pods))
		if err != nil {
			return nil, err
		}
		if plan == nil {
			plan = planOf(results, refused)
		}
		seconds = append(seconds, took.Seconds())
	}
	plan.SolveSeconds = seconds
	plan.PeakRSSBytes = peakRSS()
	return plan, nil
}

// contextOf has the options that the controller's flags would set; the others have their defaults.
func contextOf(settings *Settings) context.Context {
	return options.ToContext(injection.WithControllerName(context.Background(), "provisioner"), &options.Options{
		CPURequests:       int64(1000 * runtime.GOMAXPROCS(0)),
		BatchMaxDuration:  10 * time.Second,
		BatchIdleDuration: time.Second,
		PreferencePolicy:  options.PreferencePolicy(settings.Preferences),
		MinValuesPolicy:   options.MinValuesPolicy(settings.MinValues),
		IgnoreDRARequests: true,
		FeatureGates:      options.DefaultFeatureGates(),
	})
}

// schedulingOptions are those that the provisioner derives from its settings: as many workers as the process has processors.
func schedulingOptions(settings *Settings) []scheduling.Options {
	chosen := []scheduling.Options{
		scheduling.NumConcurrentReconciles(runtime.GOMAXPROCS(0)),
		scheduling.MinValuesPolicy(options.MinValuesPolicy(settings.MinValues)),
	}
	if settings.Reservations != "Fallback" {
		chosen = append(chosen, scheduling.DisableReservedCapacityFallback)
	}
	if settings.Preferences == string(options.PreferencePolicyIgnore) {
		chosen = append(chosen, scheduling.IgnorePreferences)
	}
	return chosen
}

func newController(ctx context.Context, scenario *Scenario) (*controller, error) {
	var pools []client.Object
	for i := range scenario.Pools {
		pools = append(pools, readyPool(&scenario.Pools[i], scenario.Cluster.Nodes))
	}
	memory := newMemory(append(pools, scenario.Cluster.objects()...))
	provider := newProvider(scenario)
	cluster := state.NewCluster(clock.RealClock{}, memory, provider)
	if err := fill(ctx, cluster, &scenario.Cluster); err != nil {
		return nil, err
	}
	recorder := events.NewRecorder(&record.FakeRecorder{})
	return &controller{
		provisioner: provisioning.NewProvisioner(memory, recorder, provider, cluster, clock.RealClock{}, nil, nil),
		cluster:     cluster,
		options:     schedulingOptions(&scenario.Settings),
	}, nil
}

// valid are the pods that the peer takes into a batch; of the others, why not.
func (c *controller) valid(ctx context.Context, pods []*corev1.Pod) (taken []*corev1.Pod, refused map[*corev1.Pod]error) {
	refused = map[*corev1.Pod]error{}
	for _, pod := range pods {
		if err := c.provisioner.Validate(ctx, pod); err != nil {
			refused[pod] = fmt.Errorf("ignoring pod, %w", err)
		} else {
			taken = append(taken, pod)
		}
	}
	return taken, refused
}

// plan does what the provisioner does with a batch, from the objects in memory to the plan. The copies that it works on are
// made before the clock starts.
func (c *controller) plan(ctx context.Context, pods []*corev1.Pod) (scheduling.Results, time.Duration, error) {
	nodes := c.cluster.DeepCopyNodes().Active()
	start := time.Now()
	scheduler, err := c.provisioner.NewScheduler(ctx, pods, nodes, nil, c.options...)
	if errors.Is(err, provisioning.ErrNodePoolsNotFound) {
		return withoutPools(pods), time.Since(start), nil
	}
	if err != nil {
		return scheduling.Results{}, 0, fmt.Errorf("making the scheduler: %w", err)
	}
	results, err := scheduler.Solve(ctx, pods)
	if err != nil {
		return scheduling.Results{}, 0, fmt.Errorf("solving: %w", err)
	}
	results = results.TruncateInstanceTypes(ctx, scheduling.MaxInstanceTypes)
	return results, time.Since(start), nil
}

func withoutPools(pods []*corev1.Pod) scheduling.Results {
	failed := map[*corev1.Pod]error{}
	for _, pod := range pods {
		failed[pod] = errors.New("no dynamic nodepools found")
	}
	return scheduling.Results{PodErrors: failed}
}

// copies are for the scheduler to change: it adds to their label selectors and sorts the list.
func copies(pods []*corev1.Pod) []*corev1.Pod {
	copied := make([]*corev1.Pod, len(pods))
	for i, pod := range pods {
		copied[i] = pod.DeepCopy()
	}
	return copied
}
