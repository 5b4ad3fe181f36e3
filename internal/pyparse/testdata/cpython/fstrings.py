f''; f"a"; f'''b'''; F'{a}'; fr'\d{a}\n'; Rf"{a}\{b}"
f'{a}{b}'
f'x{a}y{b}z'
f'{{}} {{a}} {{{a}}} }}'
f'{a!r} {a!s:>5} {a!a}'
f'{a:>{width}.{precision}f} {b:%Y-%m-%d} {c:}'
f'{a=} {a = } {a=!s} {a=:>5} {a.b(c)=}'
f'{a == b} {a != b} {a <= b} {a >= b}'
f'{a["b"]} {a[1:2]} {f(a, b=c)} {(lambda x: x)(1)} { {1: 2}[1] } {(a := 1)}'
f'{a, b} {*a, b} {a if b else c}'
f"{'a' 'b'} {f'{a}'} {'}'}"
f'''{
a
} "quoted"
{b} '''
'a' f'b{c}d' "e" f'' 'f\n' rf'\g{h}'
f'\n{a}\x41\'{b}\\{c}' f'é{a}€'
f'a\
{b}'
f'' '' f''
op.execute(f"ALTER TABLE {t} ADD COLUMN {c} TEXT DEFAULT '{{}}'" f" -- {n:03d}")
