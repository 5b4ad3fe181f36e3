"""Prints the syntax trees of Python files, one node on a line, as CPython's ast has them.

Positions are line:byte. Inside f-strings there are none: they differ between versions of Python.
"""
import ast
import struct
import sys
import warnings

OPS = {
    "Add": "+", "Sub": "-", "Mult": "*", "MatMult": "@", "Div": "/", "Mod": "%", "Pow": "**", "LShift": "<<",
    "RShift": ">>", "BitOr": "|", "BitXor": "^", "BitAnd": "&", "FloorDiv": "//", "And": "and", "Or": "or",
    "Invert": "~", "Not": "not", "UAdd": "+", "USub": "-", "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=",
    "Gt": ">", "GtE": ">=", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
}
# Fields that say how a tree is used, or that miglint does not read.
SKIP = {"ctx", "type_comment", "kind", "simple", "type_params", "type_ignores", "pattern", "guard"}


def quoted(data):
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'\\"' else "\\x%02x" % b for b in data) + '"'


def text(s):
    return quoted("".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in s).encode())


def constant(v):
    if isinstance(v, str):
        return "str " + text(v)
    if isinstance(v, bytes):
        return "bytes " + quoted(v)
    if v is Ellipsis:
        return "..."
    if v is None or isinstance(v, bool):
        return str(v)
    if isinstance(v, int):
        return "int %x" % v
    if isinstance(v, complex):
        return "imag " + struct.pack(">d", v.imag).hex()
    return "float " + struct.pack(">d", v).hex()


class Dump:
    def __init__(self, out):
        self.out = out

    def line(self, depth, label, words, node=None, inside=False):
        if node is not None and hasattr(node, "end_col_offset") and not inside and not isinstance(node, UNPLACED):
            words += " %d:%d-%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        self.out.write("  " * depth + (label + "=" if label else "") + words + "\n")

    def params(self, a, depth, inside):
        plain = a.posonlyargs + a.args
        defaults = [None] * (len(plain) - len(a.defaults)) + a.defaults
        every = [("positional" if i < len(a.posonlyargs) else "plain", p, d) for i, (p, d) in enumerate(zip(plain, defaults))]
        if a.vararg:
            every.append(("*", a.vararg, None))
        every += [("keyword", p, d) for p, d in zip(a.kwonlyargs, a.kw_defaults)]
        if a.kwarg:
            every.append(("**", a.kwarg, None))
        for kind, p, default in every:
            self.line(depth, "param", kind + " " + p.arg)
            if p.annotation:
                self.node(p.annotation, depth + 1, "annotation", inside)
            if default:
                self.node(default, depth + 1, "default", inside)

    def node(self, n, depth, label, inside=False):
        if isinstance(n, ast.Constant):
            self.line(depth, label, constant(n.value), n, inside)
            return
        if isinstance(n, ast.arguments):
            self.params(n, depth, inside)
            return
        words = type(n).__name__
        if words == "TryStar":
            words = "Try *"
        if words == "FormattedValue" and n.conversion > 0:
            words += " " + chr(n.conversion)
        children = []
        for field, value in ast.iter_fields(n):
            if field in SKIP or field == "conversion" or value is None and field != "keys":
                continue
            if isinstance(value, ast.AST) and type(value).__name__ in OPS:
                words += " " + OPS[type(value).__name__]
            elif isinstance(value, ast.AST):
                children.append((field, value))
            elif isinstance(value, list):
                for v in value:
                    if v is None:
                        words += " -"
                    elif isinstance(v, str):
                        words += " " + v
                    elif type(v).__name__ in OPS:
                        words += " " + OPS[type(v).__name__]
                    else:
                        children.append((field, v))
            else:
                words += " " + str(value)
        self.line(depth, label, words, n, inside)
        inside = inside or isinstance(n, ast.JoinedStr)
        for field, value in children:
            self.node(value, depth + 1, field, inside)


UNPLACED = (ast.alias, ast.arg, ast.keyword, ast.ExceptHandler)

warnings.simplefilter("ignore")
for path in sys.argv[1:] if sys.argv[1:] != ["-"] else sys.stdin.read().split("\n")[:-1]:
    if len(sys.argv) > 2 or sys.argv[1] == "-":
        print("==", path)
    with open(path, "rb") as f:
        source = f.read()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as e:
        print("!", type(e).__name__)
        continue
    for statement in tree.body:
        Dump(sys.stdout).node(statement, 0, "")
