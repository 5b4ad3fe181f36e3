package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// createFunction is CREATE [OR REPLACE] FUNCTION and PROCEDURE. No table is
// locked. One that replaces another keeps its kind, result and parameter names
// and takes no default away (ProcedureCreate in pg_proc.c).
func (j *judge) createFunction(op *sqlast.CreateFunction) {
	old := j.cat.Replaced(op)
	if old == nil || !j.cat.CertainFunction(old) {
		return
	}
	now := &catalog.Function{Args: op.Args, Returns: op.Returns, Procedure: op.Procedure}
	before, after := old.InputArgs(), now.InputArgs()
	for i := range before {
		if !j.sameType(before[i].Type, after[i].Type) {
			return // types that only look alike
		}
	}
	switch {
	case !op.Replace:
		j.fail("42723", "function %q already exists with same argument types", old.Name)
	case old.Procedure != op.Procedure:
		j.fail("42809", "cannot change routine kind")
	case op.Procedure:
		j.parametersMustFit(before, after)
	case !j.sameResult(old, now):
		j.fail("42P13", "cannot change return type of existing function")
	default:
		j.parametersMustFit(before, after)
	}
}

// sameResult reports whether two functions return the same. Of several OUT
// parameters, or columns of RETURNS TABLE, the names count too
// (build_function_result_tupdesc_d); one alone is the type it has.
func (j *judge) sameResult(a, b *catalog.Function) bool {
	outs, others := outputs(a), outputs(b)
	if len(outs) != len(others) || returnsSet(a) != returnsSet(b) {
		return false
	}
	for i := range outs {
		if len(outs) > 1 && outs[i].Name != others[i].Name || !j.sameType(outs[i].Type, others[i].Type) {
			return false
		}
	}
	return true
}

// outputs returns what makes up the result of a function: its OUT parameters and
// the columns of RETURNS TABLE, else the type it returns.
func outputs(f *catalog.Function) []sqlast.FunctionArg {
	var outs []sqlast.FunctionArg
	for _, arg := range f.Args {
		switch arg.Mode {
		case "out", "inout", "table":
			outs = append(outs, arg)
		}
	}
	if outs == nil {
		outs = append(outs, sqlast.FunctionArg{Type: f.Returns})
	}
	return outs
}

func returnsSet(f *catalog.Function) bool {
	for _, arg := range f.Args {
		if arg.Mode == "table" {
			return true
		}
	}
	return f.Returns.SetOf
}

// parametersMustFit: a parameter that has a name keeps it, for calls may use it,
// and no default goes away, for calls may leave the parameter out.
func (j *judge) parametersMustFit(before, after []sqlast.FunctionArg) {
	had, has := 0, 0
	for i, arg := range before {
		if arg.Name != "" && arg.Name != after[i].Name {
			j.fail("42P13", "cannot change name of input parameter %q", arg.Name)
			return
		}
		if arg.HasDefault {
			had++
		}
		if after[i].HasDefault {
			has++
		}
	}
	if has < had {
		j.fail("42P13", "cannot remove parameter defaults from existing function")
	}
}
