package pgparse

import (
	"reflect"
	"sync/atomic"
	"unsafe"
)

// pointer points to a message or into one.
type pointer = unsafe.Pointer

// layout is a struct that an arena makes.
type layout struct {
	typ reflect.Type
	id  int // index into the arena's slabs
}

var lastLayout atomic.Int64

func newLayout(t reflect.Type) layout { return layout{t, int(lastLayout.Add(1))} }

// arena hands out structs and lists of a tree, and takes them all back at once:
// a tree is gone as soon as its statements are lowered, and the next one is much
// like it.
type arena struct {
	slabs []slab // by the layout's id
	inUse []int  // slabs that gave something
	made  int    // structs that exist

	block []pointer // what lists are cut from
	cut   int       // how much of it is in use
}

// slab is the structs of one type.
type slab struct {
	chunks []chunk
	size   uintptr
	used   int
}

// chunk is chunkSize structs.
type chunk struct {
	base pointer
	all  reflect.Value // the slice
}

const (
	chunkSize = 16
	blockSize = 1024
	// maxKept is how many structs an arena keeps for the next tree.
	maxKept = 1 << 14
)

// alloc returns a new, zero struct.
func (a *arena) alloc(l *layout) pointer {
	if l.id >= len(a.slabs) {
		a.slabs = append(a.slabs, make([]slab, l.id+1-len(a.slabs))...)
	}
	s := &a.slabs[l.id]
	if s.used == 0 {
		a.inUse = append(a.inUse, l.id)
	}
	if s.used == len(s.chunks)*chunkSize {
		all := reflect.MakeSlice(reflect.SliceOf(l.typ), chunkSize, chunkSize)
		s.chunks = append(s.chunks, chunk{all.UnsafePointer(), all})
		s.size = l.typ.Size()
		a.made += chunkSize
	}
	p := unsafe.Add(s.chunks[s.used/chunkSize].base, uintptr(s.used%chunkSize)*s.size)
	s.used++
	return p
}

// copyList returns a copy of a list.
func (a *arena) copyList(items []pointer) []pointer {
	if len(items) > len(a.block)-a.cut {
		if len(items) > blockSize/4 {
			return append([]pointer(nil), items...)
		}
		a.block, a.cut = make([]pointer, blockSize), 0
	}
	list := a.block[a.cut : a.cut+len(items) : a.cut+len(items)]
	a.cut += copy(list, items)
	return list
}

// reset takes everything back.
func (a *arena) reset() {
	if a.made > maxKept {
		*a = arena{}
		return
	}
	for _, id := range a.inUse {
		s := &a.slabs[id]
		for i := range s.used {
			s.chunks[i/chunkSize].all.Index(i % chunkSize).SetZero()
		}
		s.used = 0
	}
	a.inUse = a.inUse[:0]
	clear(a.block[:a.cut])
	a.cut = 0
}
