package catalog

import (
	"hash/maphash"
	"slices"
	"strings"
)

// trie is a persistent map from names to values: a hash array mapped trie with
// eight branches a level. Its nodes are immutable but for those made under the
// edit that is still running, so that a copy of a trie is a copy of its root and a
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
	branches [1 << trieBits]branch[V]
}

// branch is empty, a leaf, or a deeper node. Leaves with equal hashes are chained.
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
	trieBits = 3 // of the hash, a level
	trieMask = 1<<trieBits - 1
)

var trieSeed = maphash.MakeSeed()

func (t *trie[V]) get(key string) (value V, ok bool) {
	hash := maphash.String(trieSeed, key)
	n := t.root
	for shift := 0; n != nil; shift += trieBits {
		b := &n.branches[hash>>shift&trieMask]
		for l := b.leaf; l != nil; l = l.next {
			if l.key == key {
				return l.value, true
			}
		}
		n = b.down
	}
	return value, false
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

func (n *node[V]) set(e *edit, l *leaf[V], shift int) (_ *node[V], added bool) {
	n = n.own(e)
	b := &n.branches[l.hash>>shift&trieMask]
	switch {
	case b.down != nil:
		b.down, added = b.down.set(e, l, shift+trieBits)
	case b.leaf == nil:
		b.leaf, added = l, true
	case b.leaf.hash == l.hash:
		rest, found := b.leaf.without(l.key)
		l.next = rest
		b.leaf, added = l, !found
	default:
		down := &node[V]{edit: e}
		down.branches[b.leaf.hash>>(shift+trieBits)&trieMask].leaf = b.leaf
		b.leaf = nil
		b.down, added = down.set(e, l, shift+trieBits)
	}
	return n, added
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
	b := &n.branches[hash>>shift&trieMask]
	if b.down != nil {
		b.down = b.down.delete(e, key, hash, shift+trieBits)
	} else {
		b.leaf, _ = b.leaf.without(key)
	}
	if n.branches == [1 << trieBits]branch[V]{} {
		return nil
	}
	return n
}

// own returns n if the edit made it, else a copy that it may change.
func (n *node[V]) own(e *edit) *node[V] {
	if n.edit == e {
		return n
	}
	return &node[V]{edit: e, branches: n.branches}
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
