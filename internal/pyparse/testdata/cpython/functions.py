def a(): pass
def b(x, y=1, *args, z, w=2, **kwargs): pass
def c(x: int, y: "str" = 'a', *args: int, z: bool = True, **kw: dict) -> list[int]: pass
def d(x, /): pass
def e(x, y=1, /, z=2, *, w): pass
def f(*, x): pass
def g(
    x,
    y,  # a comment
): return x
def h(*args: *Ts): ...
async def i() -> None: await j
def k():

    # a comment

    """Docs."""
    def l(): return 1

    return l
@a
def m(): pass
@a.b[0](c) if d else e
async def n(): pass
