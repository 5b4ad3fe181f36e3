package catalog

import (
	"iter"
	"slices"

	"github.com/miglint/miglint/sqlast"
)

func (c *Catalog) createPolicy(op *sqlast.CreatePolicy, at Origin) {
	t := c.tableFor(op.Table)
	if t == nil {
		return
	}
	c.secured = true
	c.useExpr(t.Key, op.Using)
	c.useExpr(t.Key, op.Check)
	p := &Policy{
		Name: op.Name, Restrictive: op.Restrictive, Command: op.Command, Roles: op.Roles,
		Using: op.Using, Check: op.Check, Created: at,
	}
	if len(t.Policies) >= maxParts {
		return
	}
	i := slices.IndexFunc(t.Policies, func(old *Policy) bool { return old.Name == op.Name })
	if i < 0 {
		t.Policies = append(t.Policies, p)
		return
	}
	if op.Alter {
		old := t.Policies[i]
		p.Restrictive, p.Command, p.Created = old.Restrictive, old.Command, old.Created
		if p.Roles == nil {
			p.Roles = old.Roles
		}
		if p.Using == nil {
			p.Using = old.Using
		}
		if p.Check == nil {
			p.Check = old.Check
		}
	}
	t.Policies = with(t.Policies, i, p)
}

func (c *Catalog) setRowSecurity(t *Table, op *sqlast.RowSecurity, at Origin) {
	c.secured = true
	switch op.Action {
	case "enable", "disable":
		t.RLS, t.RLSAt = op.Action == "enable", &at
	case "force", "no force":
		t.ForceRLS = op.Action == "force"
	}
}

// Policy returns the row security policy of that name, or nil.
func (t *Table) Policy(name string) *Policy {
	for _, p := range t.Policies {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Secured yields the tables that have row level security or policies, in order
// of schema and name. It costs nothing where history has neither.
func (c *Catalog) Secured() iter.Seq[*Table] {
	return func(yield func(*Table) bool) {
		if !c.secured {
			return
		}
		for t := range c.Tables() {
			if (t.RLS || len(t.Policies) > 0) && !yield(t) {
				return
			}
		}
	}
}
