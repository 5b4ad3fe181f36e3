package cli

import "testing"

// TestHeapGoal: the heap is collected at the floor, then at twice what is alive
// less the slack, and never at once.
func TestHeapGoal(t *testing.T) {
	for _, tt := range []struct{ live, want int }{ // in MB
		{0, 92}, {4, 92}, {40, 92}, {73, 92}, {80, 105}, {1000, 1940},
	} {
		live := max(1, tt.live) // of nothing there is no percentage
		if got := (live*100 + live*percent(tt.live<<20)) / 100; got < tt.want-1 || got > tt.want+5 {
			t.Errorf("%d MB alive: collected at %d MB, want %d", tt.live, got, tt.want)
		}
	}
}
