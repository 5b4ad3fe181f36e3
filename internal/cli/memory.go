package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// The collector runs when the heap has grown to heapFloor, and above that when it
// has grown by heapGrowth percent. Most runs end before the first of the two; a
// run over 10,000 files stays below 150 MB all in. A memory limit would be worse:
// once what is alive comes near it, a run takes twice the time.
const (
	heapFloor  = 80 << 20
	heapGrowth = 40
)

// tuneMemory sets the collector so, until stop is called.
func tuneMemory() (stop func()) {
	const firstHeap = 4 << 20 // at 100 percent; see the package comment of runtime
	before := debug.SetGCPercent(heapFloor / firstHeap * 100)
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
		live := max(1, sample[0].Value.Uint64())
		debug.SetGCPercent(max(heapGrowth, int(heapFloor*100/live)-100))
		runtime.SetFinalizer(o, collected)
	}
	runtime.SetFinalizer(&object{}, collected)
	return func() {
		stopped.Store(true)
		debug.SetGCPercent(before)
	}
}
