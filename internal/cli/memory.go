package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// The collector runs when the heap is at heapFloor, or later when more than half
// of that is alive: when the heap is at twice what is alive less heapSlack. Most
// runs end before; one over 10,000 files stays below 150 MB all in; and one over
// 100,000 does not spend half of its time collecting, as it would with a memory
// limit.
const (
	heapFloor = 92 << 20
	heapSlack = 55 << 20
)

// percent is by how much the heap may grow on what is alive.
func percent(live int) int {
	live = max(live, 1<<20)
	return 100 * (max(heapFloor, 2*live-heapSlack) - live) / live
}

// tuneMemory sets the collector so, until stop is called.
func tuneMemory() (stop func()) {
	before := debug.SetGCPercent(percent(4 << 20)) // the smallest heap that the runtime reckons with
	var stopped atomic.Bool
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	// A finalizer runs after each collection that finds its object unreachable,
	// which this one always is.
	type object struct{ _ *int }
	var collected func(o *object)
	collected = func(o *object) {
		if stopped.Load() {
			return
		}
		metrics.Read(sample)
		debug.SetGCPercent(percent(int(sample[0].Value.Uint64())))
		runtime.SetFinalizer(o, collected)
	}
	runtime.SetFinalizer(&object{}, collected)
	return func() {
		stopped.Store(true)
		debug.SetGCPercent(before)
	}
}
