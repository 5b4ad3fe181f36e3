import a, b.c as d, e.f.g
from . import h
from .. import (i as j, k,)
from ....l.m import *
x = y = z, = 1, 2; x: int; w = 3;
(x): int = 4
a.b[c]: list[int] = [*x, 1]
x += 1; x -= 2; x *= 3; x /= 4; x //= 5; x %= 6; x @= 7
x &= 8; x |= 9; x ^= 10; x <<= 11; x >>= 12; x **= 13
*first, last = x
(p, q), [r, *s] = t
del x, y[0]
del (x, y)
del (z)
assert x, "no"
assert (x)
pass; ...
if x: pass
if x:
    a
elif y:
    b
elif z: c; d
else:
    e
while x := f():
    break
else:
    continue_ = 1
    if 1: continue
for i in 1, 2, *rest:
    pass
for i, (j, *k), l.m, n[0] in x: pass
else: y
for (x) in y: pass
async def coroutine():
    async for x in y:
        await x.y(z)
    else:
        pass
    async with a as b, c: pass
    return [x async for x in y if await z]
with a: pass
with a as b, c(d) as (e, f), g as h.i: pass
with (a): pass
with (a, b): pass
with (a as b): pass
with (
    a as b,
    c,
): pass
with (a, b) as c: pass
with (a), (b) as c: pass
with (yield_): pass
with (a).b() as c: pass
try:
    pass
except: pass
try:
    pass
except A:
    pass
except (B, C) as e:
    raise
except D.e:
    raise X
else:
    raise X from Y
finally:
    pass
try: pass
finally: pass
try:
    pass
except* A as e:
    pass
class A: pass
class B(): pass
@decorated
@decorated.twice(1)
# in between
class C(A, b.B, *c, metaclass=M, **kw):
    """Docs."""

    x: int = 1
    def method(self): return self.x
    @property
    async def other(self): yield
def f(): global a, b; a = 1
def g():
    x = 1
    def h():
        nonlocal x
    return
def gen():
    x = yield
    y = yield 1, 2
    yield
    yield from f()
    z = [(yield), (yield x), (yield from y)]
    z += yield z
    return *z, 1
match = case = type = _ = 1
match.a, case.b
match(x)
match[x] = 1
match (x), y
type(x)
type = type
match x:
    case 1: pass
    case [a, b, *_] if a > b:
        match y, z:
            case {"k": v, **rest}:
                call(v)
            case Point(x=0) | None:
                pass
    case _:
        y
match (x):
    case _: pass
after = 1
