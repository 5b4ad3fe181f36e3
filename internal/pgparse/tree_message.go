package pgparse

import (
	"reflect"
	"strings"
	"sync"
	"unsafe"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// pointer points to a message or into one.
type pointer = unsafe.Pointer

// message is how a message of pg_query is laid out. Most of the 270 are never
// met, so each is looked into when it first is.
type message struct {
	typ    reflect.Type // the struct
	isNode bool
	once   sync.Once
	fields map[string]*field // by their names in JSON
}

type fieldKind int

const (
	unknownField fieldKind = iota
	stringField
	boolField
	int32Field
	uint32Field
	int64Field
	uint64Field
	enumField
	messageField
	oneofField
	listField // of messages
)

// field is a field of a message.
type field struct {
	kind    fieldKind
	offset  uintptr
	message *message         // of messageField and listField
	enum    map[string]int32 // of enumField
	oneof   func() *oneof    // of oneofField
}

// oneof is an alternative of a oneof: an interface that holds a pointer to a
// wrapper, which holds the pointer to the message. The two are allocated
// together.
type oneof struct {
	message *message
	table   pointer      // the interface's method table
	wrapped reflect.Type // the wrapper and the message
	inside  uintptr      // where in it the message is
}

// layouts are the messages by their structs. They never change.
var layouts sync.Map

func messageOf(m protoreflect.ProtoMessage) *message {
	return layoutOf(reflect.TypeOf(m).Elem())
}

func layoutOf(t reflect.Type) *message {
	m, ok := layouts.Load(t)
	if !ok {
		m, _ = layouts.LoadOrStore(t, &message{typ: t, isNode: t == reflect.TypeFor[pg.Node]()})
	}
	return m.(*message)
}

func pointerTo(r *pg.ParseResult) pointer { return pointer(r) }

// nodesAtOnce is how many nodes are allocated together.
const nodesAtOnce = 16

// create returns a new message.
func (m *message) create(d *decoder) pointer {
	if !m.isNode {
		return reflect.New(m.typ).UnsafePointer()
	}
	if len(d.nodes) == 0 {
		d.nodes = make([]pg.Node, nodesAtOnce)
	}
	n := &d.nodes[0]
	d.nodes = d.nodes[1:]
	return pointer(n)
}

func (m *message) byName() map[string]*field {
	m.once.Do(func() {
		m.fields = map[string]*field{}
		desc := reflect.New(m.typ).Interface().(protoreflect.ProtoMessage).ProtoReflect().Descriptor()
		for i := range m.typ.NumField() {
			sf := m.typ.Field(i)
			if name, ok := protoName(sf); ok {
				fd := desc.Fields().ByName(protoreflect.Name(name))
				m.fields[fd.JSONName()] = newField(sf, fd)
			} else if name := sf.Tag.Get("protobuf_oneof"); name != "" {
				m.oneof(sf, desc.Oneofs().ByName(protoreflect.Name(name)))
			}
		}
	})
	return m.fields
}

// protoName is the name that the tag of a generated struct's field gives.
func protoName(sf reflect.StructField) (string, bool) {
	for part := range strings.SplitSeq(sf.Tag.Get("protobuf"), ",") {
		if name, ok := strings.CutPrefix(part, "name="); ok {
			return name, true
		}
	}
	return "", false
}

func newField(sf reflect.StructField, fd protoreflect.FieldDescriptor) *field {
	f := &field{offset: sf.Offset}
	switch {
	case fd.IsList() && fd.Kind() == protoreflect.MessageKind:
		f.kind, f.message = listField, layoutOf(sf.Type.Elem().Elem())
		return f
	case fd.IsList() || fd.IsMap():
		return f
	}
	switch fd.Kind() {
	case protoreflect.StringKind:
		f.kind = stringField
	case protoreflect.BoolKind:
		f.kind = boolField
	case protoreflect.Int32Kind:
		f.kind = int32Field
	case protoreflect.Uint32Kind:
		f.kind = uint32Field
	case protoreflect.Int64Kind:
		f.kind = int64Field
	case protoreflect.Uint64Kind:
		f.kind = uint64Field
	case protoreflect.EnumKind:
		f.kind, f.enum = enumField, map[string]int32{}
		values := fd.Enum().Values()
		for i := range values.Len() {
			f.enum[string(values.Get(i).Name())] = int32(values.Get(i).Number())
		}
	case protoreflect.MessageKind:
		f.kind, f.message = messageField, layoutOf(sf.Type.Elem())
	}
	return f
}

// oneof adds the alternatives of a oneof, all of which are messages.
func (m *message) oneof(sf reflect.StructField, od protoreflect.OneofDescriptor) {
	for i := range od.Fields().Len() {
		if fd := od.Fields().Get(i); fd.Kind() == protoreflect.MessageKind {
			m.fields[fd.JSONName()] = &field{kind: oneofField, offset: sf.Offset,
				oneof: sync.OnceValue(func() *oneof { return newOneof(m.typ, sf, fd) })}
		}
	}
}

// newOneof takes the wrapper and its method table from a message that has the
// alternative set.
func newOneof(t reflect.Type, sf reflect.StructField, fd protoreflect.FieldDescriptor) *oneof {
	example := reflect.New(t)
	set := example.Interface().(protoreflect.ProtoMessage).ProtoReflect()
	set.Set(fd, set.NewField(fd))
	wrapper := example.Elem().FieldByIndex(sf.Index).Elem().Type().Elem()
	inner := wrapper.Field(0).Type.Elem()
	wrapped := reflect.StructOf([]reflect.StructField{{Name: "Wrapper", Type: wrapper}, {Name: "Message", Type: inner}})
	return &oneof{
		message: layoutOf(inner),
		table:   (*[2]pointer)(unsafe.Add(example.UnsafePointer(), sf.Offset))[0],
		wrapped: wrapped,
		inside:  wrapped.Field(1).Offset,
	}
}

// The setters write field f of the message at p.

func (f *field) setString(p pointer, s string)   { *(*string)(unsafe.Add(p, f.offset)) = s }
func (f *field) setBool(p pointer, b bool)       { *(*bool)(unsafe.Add(p, f.offset)) = b }
func (f *field) setPointer(p, q pointer)         { *(*pointer)(unsafe.Add(p, f.offset)) = q }
func (f *field) setList(p pointer, qs []pointer) { *(*[]pointer)(unsafe.Add(p, f.offset)) = qs }

func (f *field) setInteger(p pointer, n int64) {
	switch f.kind {
	case int64Field, uint64Field:
		*(*int64)(unsafe.Add(p, f.offset)) = n
	default:
		*(*int32)(unsafe.Add(p, f.offset)) = int32(n)
	}
}

// setOneof sets the oneof to a new message and returns that.
func (f *field) setOneof(p pointer, o *oneof) pointer {
	w := reflect.New(o.wrapped).UnsafePointer()
	q := unsafe.Add(w, o.inside)
	*(*pointer)(w) = q
	*(*[2]pointer)(unsafe.Add(p, f.offset)) = [2]pointer{o.table, w}
	return q
}
