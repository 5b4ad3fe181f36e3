package sqlast_test

import (
	"testing"

	"github.com/miglint/miglint/sqlast"
)

func TestTypeNameString(t *testing.T) {
	tests := []struct {
		typ  sqlast.TypeName
		want string
	}{
		{sqlast.TypeName{}, ""},
		{sqlast.TypeName{Name: sqlast.Name{Name: "int4"}}, "integer"},
		{sqlast.TypeName{Name: sqlast.Name{Schema: "s", Name: "int4"}}, "s.int4"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "numeric"}, Mods: []int{10, 2}, ArrayDims: 2}, "numeric(10,2)[][]"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "timestamptz"}, Mods: []int{3}}, "timestamp(3) with time zone"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "interval"}, Interval: "day to second", Mods: []int{3}}, "interval day to second(3)"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "bpchar"}}, "bpchar"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "bpchar"}, Mods: []int{1}}, "character(1)"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "char"}}, `"char"`},
		{sqlast.TypeName{Name: sqlast.Name{Name: "My Type"}}, `"My Type"`},
		{sqlast.TypeName{Name: sqlast.Name{Name: "geometry"}, ModText: "Point, 4326"}, "geometry(Point, 4326)"},
		{sqlast.TypeName{Name: sqlast.Name{Name: "text"}, SetOf: true}, "SETOF text"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			if got := tt.typ.String(); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
