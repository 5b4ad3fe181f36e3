package pgparse

import (
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// message is how a message of pg_query is laid out. Most of the 270 are never
// met, so each is looked into when it first is.
type message struct {
	layout
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
	layout
	message *message
	table   pointer // the interface's method table
	inside  uintptr // where the message is
}

// messages are the messages met so far, by their structs. They never change.
var messages sync.Map

func messageOf(m protoreflect.ProtoMessage) *message {
	return messageOfType(reflect.TypeOf(m).Elem())
}

func messageOfType(t reflect.Type) *message {
	m, ok := messages.Load(t)
	if !ok {
		m, _ = messages.LoadOrStore(t, &message{layout: newLayout(t)})
	}
	return m.(*message)
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
		f.kind, f.message = listField, messageOfType(sf.Type.Elem().Elem())
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
		f.kind, f.message = messageField, messageOfType(sf.Type.Elem())
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
		layout:  newLayout(wrapped),
		message: messageOfType(inner),
		table:   (*[2]pointer)(unsafe.Add(example.UnsafePointer(), sf.Offset))[0],
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

// setInterface makes the field at p an interface that holds the wrapper at w.
func (f *field) setInterface(p pointer, o *oneof, w pointer) {
	*(*[2]pointer)(unsafe.Add(p, f.offset)) = [2]pointer{o.table, w}
}

// set makes the wrapper at w hold the message behind it and returns that.
func (o *oneof) set(w pointer) pointer {
	q := unsafe.Add(w, o.inside)
	*(*pointer)(w) = q
	return q
}
