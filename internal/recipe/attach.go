package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// NotAttached returns the partitions of a table that have no valid index
// attached to a partitioned index, in the order history made them.
func NotAttached(final *catalog.Catalog, t *catalog.Table, i *catalog.Index) []catalog.Key {
	var missing []catalog.Key
	for _, k := range t.Partitions {
		part := final.TableAt(k)
		if part != nil && !slices.ContainsFunc(part.Indexes, func(own *catalog.Index) bool { return own.Parent == i.Key && own.Valid }) {
			missing = append(missing, k)
		}
	}
	return missing
}

// AttachIndexes builds an index for each partition that lacks one and attaches
// it. A partition that is partitioned itself is left to a comment.
func AttachIndexes(final *catalog.Catalog, i *catalog.Index, partitions []catalog.Key) string {
	var steps Steps
	for n, k := range partitions {
		if n == maxPartitions {
			return steps.AddText(likewise(len(partitions) - n)).String()
		}
		part := final.TableAt(k)
		if part.PartitionBy != nil {
			steps.AddText(fmt.Sprintf("-- %s is partitioned: the same for it and each of its own partitions", k))
			continue
		}
		name := childIndexName(k.Name, i.Table.Name, i.Name)
		if own := attachable(part, i); own != nil {
			name = own.Name
		} else {
			steps.Add("outside any transaction", fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s %s", unique(i), sqlast.QuoteIdent(name), k, IndexDefinition(i)))
		}
		steps.Add("", fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s", i.Key, catalog.Key{Schema: k.Schema, Name: name}))
	}
	return steps.String()
}

// attachable is the index of a partition that waits to be attached.
func attachable(part *catalog.Table, i *catalog.Index) *catalog.Index {
	for _, own := range part.Indexes {
		if own.Parent == (catalog.Key{}) && own.Valid && own.Unique == i.Unique && IndexDefinition(own) == IndexDefinition(i) {
			return own
		}
	}
	return nil
}

func unique(i *catalog.Index) string {
	if i.Unique {
		return "UNIQUE "
	}
	return ""
}

// IndexDefinition writes what CREATE INDEX says behind the table's name.
func IndexDefinition(i *catalog.Index) string {
	var b strings.Builder
	if i.Method != "btree" {
		b.WriteString("USING " + sqlast.QuoteIdent(i.Method) + " ")
	}
	b.WriteString("(")
	for n, e := range i.Elements {
		if n > 0 {
			b.WriteString(", ")
		}
		b.WriteString(indexElement(e))
	}
	b.WriteString(")")
	if len(i.Include) > 0 {
		b.WriteString(" INCLUDE (" + Idents(i.Include) + ")")
	}
	if i.NullsNotDistinct {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if i.Where != nil {
		b.WriteString(" WHERE " + i.Where.Pos().Text())
	}
	return b.String()
}

func indexElement(e sqlast.IndexElem) string {
	text := sqlast.QuoteIdent(e.Column)
	if e.Column == "" {
		text = "(" + e.Expr.Pos().Text() + ")"
	}
	if !e.Collation.IsZero() {
		text += " COLLATE " + e.Collation.String()
	}
	if !e.OpClass.IsZero() {
		text += " " + e.OpClass.String()
	}
	if e.Desc {
		text += " DESC"
	}
	switch {
	case e.NullsFirst:
		text += " NULLS FIRST"
	case e.NullsLast:
		text += " NULLS LAST"
	}
	return text
}
