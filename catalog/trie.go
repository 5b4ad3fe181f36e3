package catalog

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// trie is a persistent map from names to values: a hash array mapped trie with
// 16 branches a level. Its nodes are immutable but for those made under the edit
// that is still running, so that a copy of a trie is a copy of its root and a
// change copies one path, once per edit.
//
// The seed differs from run to run, so that no file can be written whose names
// collide; iteration sorts and does not show it.
type trie[V any] struct {
	root *node[V]
	size int
}

type node[V any] struct {
	edit     *edit
	bitmap   uint16
	branches []branch[V]
}

// branch is a leaf or a deeper node. Leaves with equal hashes are chained.
type branch[V any] struct {
	leaf *leaf[V]
	down *node[V]
}

type leaf[V any] struct {
	hash  uint64
	key   string
	value V
	next  *leaf[V]
}

const (
	trieBits = 4
	trieMask = 1<<trieBits - 1
)

var trieSeed = maphash.MakeSeed()

func (t *trie[V]) get(key string) (value V, ok bool) {
	if t.root == nil {
		return value, false
	}
	hash := maphash.String(trieSeed, key)
	n := t.root
	for shift := 0; ; shift += trieBits {
		bit := uint16(1) << (hash >> shift & trieMask)
		if n.bitmap&bit == 0 {
			return value, false
		}
		b := n.branches[bits.OnesCount16(n.bitmap&(bit-1))]
		if b.down == nil {
			for l := b.leaf; l != nil; l = l.next {
				if l.key == key {
					return l.value, true
				}
			}
			return value, false
		}
		n = b.down
	}
}

func (t *trie[V]) set(e *edit, key string, value V) {
	l := &leaf[V]{hash: maphash.String(trieSeed, key), key: key, value: value}
	if t.root == nil {
		t.root = &node[V]{edit: e}
	}
	var added bool
	t.root, added = t.root.set(e, l, 0)
	if added {
		t.size++
	}
}

func (n *node[V]) set(e *edit, l *leaf[V], shift int) (*node[V], bool) {
	n = n.own(e)
	bit := uint16(1) << (l.hash >> shift & trieMask)
	i := bits.OnesCount16(n.bitmap & (bit - 1))
	if n.bitmap&bit == 0 {
		n.bitmap |= bit
		n.branches = slices.Insert(n.branches, i, branch[V]{leaf: l})
		return n, true
	}
	b := &n.branches[i]
	if b.down != nil {
		var added bool
		b.down, added = b.down.set(e, l, shift+trieBits)
		return n, added
	}
	if b.leaf.hash == l.hash {
		rest, found := b.leaf.without(l.key)
		l.next = rest
		b.leaf = l
		return n, !found
	}
	down := &node[V]{edit: e, bitmap: 1 << (b.leaf.hash >> (shift + trieBits) & trieMask), branches: []branch[V]{{leaf: b.leaf}}}
	down, _ = down.set(e, l, shift+trieBits)
	*b = branch[V]{down: down}
	return n, true
}

func (t *trie[V]) delete(e *edit, key string) {
	if _, ok := t.get(key); !ok {
		return
	}
	t.root = t.root.delete(e, key, maphash.String(trieSeed, key), 0)
	t.size--
}

// delete removes a key that is there. It returns nil for an empty node.
func (n *node[V]) delete(e *edit, key string, hash uint64, shift int) *node[V] {
	n = n.own(e)
	bit := uint16(1) << (hash >> shift & trieMask)
	i := bits.OnesCount16(n.bitmap & (bit - 1))
	b := &n.branches[i]
	if b.down != nil {
		b.down = b.down.delete(e, key, hash, shift+trieBits)
	} else {
		b.leaf, _ = b.leaf.without(key)
	}
	if b.down == nil && b.leaf == nil {
		n.bitmap &^= bit
		n.branches = slices.Delete(n.branches, i, i+1)
	}
	if n.bitmap == 0 {
		return nil
	}
	return n
}

// own returns n if the edit made it, else a copy that it may change.
func (n *node[V]) own(e *edit) *node[V] {
	if n.edit == e {
		return n
	}
	branches := make([]branch[V], len(n.branches), min(len(n.branches)+1, trieMask+1)) // mostly one is added
	copy(branches, n.branches)
	return &node[V]{edit: e, bitmap: n.bitmap, branches: branches}
}

// without returns the chain without the leaf of that key.
func (l *leaf[V]) without(key string) (rest *leaf[V], found bool) {
	if l == nil {
		return nil, false
	}
	if l.key == key {
		return l.next, true
	}
	next, found := l.next.without(key)
	if !found {
		return l, false
	}
	c := *l
	c.next = next
	return &c, true
}

// sorted returns the leaves in order of their keys.
func (t *trie[V]) sorted() []*leaf[V] {
	if t.root == nil {
		return nil
	}
	leaves := t.root.appendLeaves(make([]*leaf[V], 0, t.size))
	slices.SortFunc(leaves, func(a, b *leaf[V]) int { return strings.Compare(a.key, b.key) })
	return leaves
}

func (n *node[V]) appendLeaves(leaves []*leaf[V]) []*leaf[V] {
	for _, b := range n.branches {
		if b.down != nil {
			leaves = b.down.appendLeaves(leaves)
			continue
		}
		for l := b.leaf; l != nil; l = l.next {
			leaves = append(leaves, l)
		}
	}
	return leaves
}
