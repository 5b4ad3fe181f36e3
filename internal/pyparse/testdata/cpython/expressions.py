a or b or c and d and not e
not not a
a < b <= c == d != e >= f > g
a is b is not c in d not in e
a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
-a ** -b ** c
- - +~a
(a + b) * (c - d)
((a)).b
(a)(b)[c].d
a if b else c if d else e
(a if b else c) if d else e
lambda: 0
lambda x, *y, z=1, **k: (x, y)
lambda a, /, b, *, c: lambda: a
lambda *, a: a
f(lambda: 1, lambda x: x, key=lambda x=1: x)
f()
f(a, *b, c, d=1, *e, **g, h=2, **i)
f(a for a in b)
f(
    (a for a in b),
    a := 1,
)
f(a for a in b if c if d for e in f)
f(*a or b, **c or d)
[]; [a]; [a, b,]; [*a, *b]
(); (a,); (a, b); (*a, b); a, b,; a,
{}; {a}; {a, b,}; {*a, b}
{a: b}; {a: b, **c, d: e,}; {**a}; {a: lambda: b, c if d else e: f}
[a for a in b]; {a for a, b in c}; {a: b for a, b in c}; (a for a, in b)
[a for a in b or c if d or e]
[[a for a in b] for b in c if a if b for d in e]
[a := 1, b]
{a := 1}
(a := b, c)
x = (a := 1)
x[a]; x[a, b]; x[a,]; x[:]; x[a:]; x[:a]; x[::]; x[a:b:c]; x[a:b, ::c, d]; x[*a]; x[a := 1]
x[()]; x[a, *b]; x[lambda: 1]; x[a if b else c:d]
None; True; False; ...
0; 00; 0_0; 1; 1_000; 0xFF; 0xdead_beef; 0o17; 0O7; 0b1_01; 0B0; 123456789012345678901234567890
1.; .5; 1.5; 1e5; 1E-5; 1_0.0_1e+1_0; 1.e3; 0e0; 00.5; 09.5; 1e400; 0777.
1j; 1.5J; .5j; 1e3j; 08j
1if a else 2
0xf or b
1 .real; 1..real; 1.0.real
a.b.c.d().e[f](g)(h)
print >>f, "x"
a = b, c = d
(a
 .b
 .c())
été = ñ_1 = 变量
