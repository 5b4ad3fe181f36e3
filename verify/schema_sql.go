package verify

// schemaNames begins both queries: the schemas, relations and types that count,
// under the names that lines have.
const schemaNames = `
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), ns AS MATERIALIZED (
  SELECT oid, CASE WHEN oid = pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE nspname::text END AS name
  FROM pg_catalog.pg_namespace
  WHERE oid = pg_catalog.pg_my_temp_schema() OR nspname !~ '^pg_' AND nspname <> 'information_schema'
), rel AS MATERIALIZED (
  SELECT c.*, ns.name AS schema, ns.name || '.' || c.relname AS name
  FROM pg_catalog.pg_class c JOIN ns ON ns.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objid = c.oid)
), tab AS MATERIALIZED (
  SELECT * FROM rel WHERE relkind IN ('r', 'p', 'f')
), typ AS MATERIALIZED (
  SELECT t.oid, ns.name || '.' || t.typname AS name FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace
  WHERE t.typcategory <> 'A' OR t.typelem = 0 OR t.typtype = 'd'
  UNION ALL
  SELECT t.typarray, ns.name || '.' || t.typname || '[]' FROM pg_catalog.pg_type t JOIN ns ON ns.oid = t.typnamespace
  WHERE t.typarray <> 0
), col AS MATERIALIZED (
  SELECT rel.name AS rel, rel.relkind, a.*,
    coalesce(typ.name, pg_catalog.format_type(a.atttypid, a.atttypmod)) AS type
  FROM pg_catalog.pg_attribute a JOIN rel ON rel.oid = a.attrelid LEFT JOIN typ ON typ.oid = a.atttypid
  WHERE a.attnum > 0 AND NOT a.attisdropped
)`

// schemaQuery yields the lines of Session.Facts.
const schemaQuery = schemaNames + `
SELECT 'schema ' || name FROM ns WHERE name <> 'pg_temp'
` + tableLines + columnLines + constraintLines + indexLines + tableObjectLines + relationLines + otherLines

const tableLines = `
UNION ALL SELECT 'table ' || name || ': kind ' || CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END FROM tab
UNION ALL SELECT 'table ' || name || CASE relpersistence WHEN 'u' THEN ': unlogged' ELSE ': temporary' END FROM tab WHERE relpersistence <> 'p'
UNION ALL SELECT 'table ' || rel || ': columns ' || pg_catalog.string_agg(attname, ', ' ORDER BY attnum)
  FROM col WHERE relkind IN ('r', 'p', 'f') GROUP BY rel
UNION ALL SELECT 'table ' || tab.name || ': partition of ' || p.name || CASE WHEN pg_catalog.pg_get_expr(tab.relpartbound, tab.oid) = 'DEFAULT' THEN ', default' ELSE '' END
  FROM tab JOIN pg_catalog.pg_inherits i ON i.inhrelid = tab.oid JOIN rel p ON p.oid = i.inhparent WHERE tab.relispartition
UNION ALL SELECT 'table ' || tab.name || ': inherits ' || pg_catalog.string_agg(p.name, ', ' ORDER BY i.inhseqno)
  FROM tab JOIN pg_catalog.pg_inherits i ON i.inhrelid = tab.oid JOIN rel p ON p.oid = i.inhparent WHERE NOT tab.relispartition GROUP BY tab.name
UNION ALL SELECT 'table ' || name || ': row level security' FROM tab WHERE relrowsecurity
UNION ALL SELECT 'table ' || name || ': force row level security' FROM tab WHERE relforcerowsecurity
UNION ALL SELECT 'table ' || tab.name || ': replica identity ' || CASE relreplident WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'
    ELSE coalesce((SELECT 'index ' || c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = tab.oid AND i.indisreplident), 'nothing') END
  FROM tab WHERE relreplident <> 'd'
UNION ALL SELECT 'table ' || name || ': option ' || o FROM tab, pg_catalog.unnest(reloptions) o
UNION ALL SELECT 'table ' || tab.name || ': method ' || am.amname FROM tab JOIN pg_catalog.pg_am am ON am.oid = tab.relam WHERE am.amname <> 'heap'
UNION ALL SELECT 'table ' || name || ': comment ' || pg_catalog.obj_description(oid, 'pg_class') FROM tab
`

const columnLines = `
UNION ALL SELECT 'column ' || rel || '.' || attname || ': ' || fact FROM col, LATERAL (VALUES
    ('type ' || type),
    (CASE WHEN attnotnull THEN 'not null' || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_constraint k
      WHERE k.conrelid = attrelid AND k.contype = 'n' AND k.conkey = ARRAY[attnum] AND NOT k.convalidated) THEN ', not valid' ELSE '' END END),
    (CASE WHEN atthasdef AND attgenerated = '' THEN 'default' END),
    (CASE attgenerated WHEN 's' THEN 'generated stored' WHEN 'v' THEN 'generated virtual' END),
    (CASE attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END),
    (CASE WHEN attinhcount > 0 AND NOT attislocal THEN 'inherited' END),
    ('comment ' || pg_catalog.col_description(attrelid, attnum)),
    ((SELECT 'collation ' || o.collname FROM pg_catalog.pg_collation o, pg_catalog.pg_type t
      WHERE o.oid = attcollation AND t.oid = atttypid AND attcollation <> t.typcollation))
  ) f (fact) WHERE relkind IN ('r', 'p', 'f') AND fact IS NOT NULL
`

// The rows that a foreign key to a partitioned table has for each partition of it
// are left out.
const constraintLines = `
UNION ALL SELECT 'constraint ' || tab.name || '.' || k.conname || ': ' || fact
  FROM pg_catalog.pg_constraint k JOIN tab ON tab.oid = k.conrelid, LATERAL (VALUES
    (CASE k.contype WHEN 'c' THEN 'check' WHEN 'u' THEN 'unique' WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'not-null' END
      || ' (' || coalesce((SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY CASE WHEN k.contype IN ('c', 'x') THEN 0 ELSE o END, a.attname)
        FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY x (num, o) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num), '') || ')'),
    (CASE WHEN NOT k.convalidated THEN 'not valid' END),
    (CASE WHEN pg_catalog.to_jsonb(k) ->> 'conenforced' = 'false' THEN 'not enforced' END),
    (CASE WHEN k.connoinherit AND k.contype IN ('c', 'n') THEN 'no inherit' END),
    (CASE WHEN k.condeferrable THEN 'deferrable' END),
    (CASE WHEN k.condeferred THEN 'initially deferred' END),
    (CASE WHEN k.coninhcount > 0 THEN 'inherited' || CASE WHEN k.conislocal THEN ' and local' ELSE '' END END),
    (CASE WHEN k.contype = 'f' THEN 'references ' || (SELECT rel.name FROM rel WHERE rel.oid = k.confrelid) || ' ('
      || (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY o) FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY x (num, o)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num) || ')' END),
    (CASE k.confdeltype WHEN 'c' THEN 'on delete cascade' WHEN 'n' THEN 'on delete set null' WHEN 'd' THEN 'on delete set default' WHEN 'r' THEN 'on delete restrict' END),
    (CASE k.confupdtype WHEN 'c' THEN 'on update cascade' WHEN 'n' THEN 'on update set null' WHEN 'd' THEN 'on update set default' WHEN 'r' THEN 'on update restrict' END),
    ((SELECT 'index ' || i.relname FROM pg_catalog.pg_class i WHERE i.oid = k.conindid))
  ) f (fact)
  WHERE k.contype <> 't' AND fact IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint q WHERE q.oid = k.conparentid AND q.conrelid = k.conrelid)
`

const indexLines = `
UNION ALL SELECT 'index ' || rel.name || ': ' || fact
  FROM pg_catalog.pg_index i JOIN rel ON rel.oid = i.indexrelid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_am am ON am.oid = rel.relam, LATERAL (VALUES
    ('on ' || t.relname || ' using ' || am.amname || ' ('
      || (SELECT pg_catalog.string_agg(coalesce(a.attname, '(expression)'), ', ' ORDER BY o)
        FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY x (num, o) LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.num AND x.num > 0
        WHERE o <= i.indnkeyatts) || ')'),
    ((SELECT 'include ' || pg_catalog.string_agg(a.attname, ', ' ORDER BY o)
        FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY x (num, o) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.num
        WHERE o > i.indnkeyatts)),
    (CASE WHEN i.indisunique THEN 'unique' END),
    (CASE WHEN i.indisprimary THEN 'primary' END),
    (CASE WHEN i.indpred IS NOT NULL THEN 'partial' END),
    (CASE WHEN NOT i.indisvalid THEN 'invalid' END),
    (CASE WHEN pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' THEN 'nulls not distinct' END),
    ((SELECT 'part of ' || p.name FROM pg_catalog.pg_inherits h JOIN rel p ON p.oid = h.inhparent WHERE h.inhrelid = i.indexrelid)),
    ((SELECT 'behind ' || k.conname FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')))
  ) f (fact) WHERE fact IS NOT NULL AND t.relkind IN ('r', 'p', 'f', 'm')
`

// Triggers of foreign keys are internal; so were, up to PostgreSQL 14, the copies
// of row triggers that partitions have.
const tableObjectLines = `
UNION ALL SELECT 'trigger ' || tab.name || '.' || t.tgname || ': ' || fact
  FROM pg_catalog.pg_trigger t JOIN tab ON tab.oid = t.tgrelid JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace, LATERAL (VALUES
    ('calls ' || fn.nspname || '.' || f.proname),
    (CASE WHEN t.tgtype & 1 = 1 THEN 'for each row' END),
    (CASE WHEN t.tgconstraint <> 0 THEN 'constraint' END),
    (CASE WHEN t.tgenabled = 'D' THEN 'disabled' END),
    (CASE WHEN t.tgparentid <> 0 THEN 'inherited' END),
    (CASE WHEN t.tgqual IS NOT NULL THEN 'when' END),
    ((SELECT 'of ' || pg_catalog.string_agg(a.attname, ', ' ORDER BY a.attname) FROM pg_catalog.unnest(t.tgattr::int2[]) x (num)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = x.num))
  ) x (fact) WHERE fact IS NOT NULL AND NOT (t.tgisinternal AND fn.nspname = 'pg_catalog')
UNION ALL SELECT 'policy ' || tab.name || '.' || p.polname || ':' || CASE WHEN polqual IS NULL THEN '' ELSE ' using' END || CASE WHEN polwithcheck IS NULL THEN '' ELSE ' check' END
  FROM pg_catalog.pg_policy p JOIN tab ON tab.oid = p.polrelid
`

const relationLines = `
UNION ALL SELECT 'view ' || name || ': kind ' || CASE WHEN relkind = 'v' THEN 'view' WHEN relispopulated THEN 'materialized view' ELSE 'materialized view without data' END
  FROM rel WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'view ' || rel || ': columns ' || pg_catalog.string_agg(attname, ', ' ORDER BY attnum) FROM col WHERE relkind IN ('v', 'm') GROUP BY rel
UNION ALL SELECT 'view ' || name || ': comment ' || pg_catalog.obj_description(oid, 'pg_class') FROM rel WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'view ' || v.name || ': uses ' || t.name || coalesce('.' || a.attname, '')
  FROM pg_catalog.pg_rewrite r JOIN rel v ON v.oid = r.ev_class
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> v.oid
  JOIN rel t ON t.oid = d.refobjid LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
  WHERE v.relkind IN ('v', 'm') AND t.relkind IN ('r', 'p', 'f', 'v', 'm')
UNION ALL SELECT 'sequence ' || name FROM rel WHERE relkind = 'S'
UNION ALL SELECT 'sequence ' || s.name || ': owned by ' || t.name || '.' || a.attname
  FROM rel s JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  JOIN rel t ON t.oid = d.refobjid JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE s.relkind = 'S'
`

const otherLines = `
UNION ALL SELECT 'type ' || typ.name || ': enum ' || (SELECT coalesce(pg_catalog.string_agg(enumlabel, ', ' ORDER BY enumsortorder), '') FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
  FROM pg_catalog.pg_type t JOIN typ ON typ.oid = t.oid WHERE t.typtype = 'e'
UNION ALL SELECT 'type ' || typ.name || ': range' FROM pg_catalog.pg_type t JOIN typ ON typ.oid = t.oid WHERE t.typtype = 'r'
UNION ALL SELECT 'type ' || rel.name || ': composite' || coalesce((SELECT ' ' || pg_catalog.string_agg(attname || ' ' || type, ', ' ORDER BY attnum) FROM col WHERE attrelid = rel.oid), '')
  FROM rel WHERE rel.relkind = 'c'
UNION ALL SELECT 'domain ' || typ.name || ': ' || fact FROM pg_catalog.pg_type t JOIN typ ON typ.oid = t.oid LEFT JOIN typ b ON b.oid = t.typbasetype, LATERAL (VALUES
    ('type ' || coalesce(b.name, pg_catalog.format_type(t.typbasetype, t.typtypmod))),
    (CASE WHEN t.typnotnull THEN 'not null' END),
    (CASE WHEN t.typdefault IS NOT NULL THEN 'default' END)
  ) f (fact) WHERE t.typtype = 'd' AND fact IS NOT NULL
UNION ALL SELECT 'domain ' || typ.name || ': check ' || k.conname || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END
  FROM pg_catalog.pg_constraint k JOIN typ ON typ.oid = k.contypid WHERE k.contype = 'c'
UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'procedure ' WHEN 'a' THEN 'aggregate ' ELSE 'function ' END || ns.name || '.' || p.proname || '('
    || coalesce((SELECT pg_catalog.string_agg(coalesce(typ.name, pg_catalog.format_type(x.oid, NULL)), ', ' ORDER BY o)
      FROM pg_catalog.unnest(p.proargtypes::oid[]) WITH ORDINALITY x (oid, o) LEFT JOIN typ ON typ.oid = x.oid), '') || '): ' || l.lanname
    || CASE p.provolatile WHEN 'i' THEN ' immutable' WHEN 's' THEN ' stable' ELSE ' volatile' END
  FROM pg_catalog.pg_proc p JOIN ns ON ns.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid = p.oid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')
UNION ALL SELECT 'publication ' || pubname || CASE WHEN puballtables THEN ': all tables' ELSE '' END FROM pg_catalog.pg_publication
UNION ALL SELECT 'publication ' || p.pubname || ': table ' || tab.name
  FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid JOIN tab ON tab.oid = r.prrelid
`

// definitionQuery yields the lines that Session.Schema has beside those of
// Session.Facts.
const definitionQuery = schemaNames + `
SELECT 'column ' || col.rel || '.' || col.attname || ': default is ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM pg_catalog.pg_attrdef d JOIN col ON col.attrelid = d.adrelid AND col.attnum = d.adnum
UNION ALL SELECT 'constraint ' || tab.name || '.' || k.conname || ': is ' || pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k JOIN tab ON tab.oid = k.conrelid
  WHERE k.contype <> 't' AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint q WHERE q.oid = k.conparentid AND q.conrelid = k.conrelid)
UNION ALL SELECT 'index ' || rel.name || ': is ' || pg_catalog.pg_get_indexdef(rel.oid) FROM rel WHERE relkind IN ('i', 'I')
UNION ALL SELECT 'trigger ' || tab.name || '.' || t.tgname || ': is ' || pg_catalog.pg_get_triggerdef(t.oid)
  FROM pg_catalog.pg_trigger t JOIN tab ON tab.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL SELECT 'policy ' || tab.name || '.' || p.polname || ': is ' || p.polcmd::text || ' ' || p.polroles::text || coalesce(' using ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid), '')
    || coalesce(' check ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), '')
  FROM pg_catalog.pg_policy p JOIN tab ON tab.oid = p.polrelid
UNION ALL SELECT 'table ' || name || ': bound ' || pg_catalog.pg_get_expr(relpartbound, oid) FROM tab WHERE relispartition
UNION ALL SELECT 'table ' || name || ': partitioned by ' || pg_catalog.pg_get_partkeydef(oid) FROM tab WHERE relkind = 'p'
UNION ALL SELECT 'view ' || name || ': is ' || pg_catalog.pg_get_viewdef(oid) FROM rel WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'domain ' || typ.name || ': default is ' || t.typdefault FROM pg_catalog.pg_type t JOIN typ ON typ.oid = t.oid WHERE t.typtype = 'd' AND t.typdefault IS NOT NULL
UNION ALL SELECT 'domain ' || typ.name || ': check ' || k.conname || ' is ' || pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k JOIN typ ON typ.oid = k.contypid WHERE k.contype = 'c'
UNION ALL SELECT 'function ' || ns.name || '.' || p.proname || ': is ' || pg_catalog.pg_get_functiondef(p.oid)
  FROM pg_catalog.pg_proc p JOIN ns ON ns.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid = p.oid)
UNION ALL SELECT 'rule ' || rel.name || '.' || r.rulename || ': is ' || pg_catalog.pg_get_ruledef(r.oid)
  FROM pg_catalog.pg_rewrite r JOIN rel ON rel.oid = r.ev_class WHERE r.rulename <> '_RETURN'
UNION ALL SELECT 'sequence ' || rel.name || ': is ' || pg_catalog.format_type(s.seqtypid, NULL) || ' start ' || s.seqstart || ' increment ' || s.seqincrement
    || ' min ' || s.seqmin || ' max ' || s.seqmax || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END
  FROM pg_catalog.pg_sequence s JOIN rel ON rel.oid = s.seqrelid
UNION ALL SELECT 'statistics ' || ns.name || '.' || s.stxname || ': is ' || pg_catalog.pg_get_statisticsobjdef(s.oid)
  FROM pg_catalog.pg_statistic_ext s JOIN ns ON ns.oid = s.stxnamespace
UNION ALL SELECT 'extension ' || extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
UNION ALL SELECT 'privileges on ' || name || ': ' || a FROM rel, pg_catalog.unnest(relacl::text[]) a
UNION ALL SELECT 'privileges on ' || rel || '.' || attname || ': ' || a FROM col, pg_catalog.unnest(attacl::text[]) a
`
