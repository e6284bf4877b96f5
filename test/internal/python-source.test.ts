import { strict as assert } from "node:assert";
import { checkScoringScript } from "../../components/internal/python-source";

const contract = "def init():\n    pass\n\n\ndef run(data):\n    return data\n";

/** `rule, got` of each problem, with its place. */
function check(source: string): string[] {
  return checkScoringScript(source).map(({ rule, got, line, column }) =>
    [`${rule}, got ${got}`, line, column].filter((part) => part !== undefined).join(":"),
  );
}

describe("scoring scripts: syntax", () => {
  for (const [code, got, line, column] of [
    ["x = (1,\n\ny = 2\n", "'(' that is never closed", 1, 5],
    ["x = [1, 2)\n", "')' where '[' is open", 1, 10],
    ["x = 1)\n", "')' that nothing opened", 1, 6],
    ["x = 'abc\n", "a string that is never closed", 1, 5],
    ['x = """abc\n', "a string that is never closed", 1, 5],
    ["x = f'{a\n", "a string that is never closed", 1, 5],
    ["if x\n    y()\n", "no ':' at the end of 'if'", 1, 5],
    ["def f(x)\n    return x\n", "no ':' at the end of 'def'", 1, 9],
    ["class A\n    pass\n", "no ':' at the end of 'class'", 1, 8],
    ["class A b:\n    pass\n", "'b' right after 'A'", 1, 9],
    ["def f:\n    pass\n", "no '(' after 'def f'", 1, 6],
    ["else:\n    pass\n", "'else' that belongs to nothing", 1, 1],
    ["try:\n    x()\ny()\n", "'try' without 'except' or 'finally' before this line", 3, 1],
    ["for x in y:\nprint(x)\n", "no indented block after the line that ends with ':'", 2, 1],
    ["def f():\n", "the end of the file where an indented block should be", 2, 1],
    ["x = 1\n    y = 2\n", "an indentation that nothing asks for", 2, 5],
    ["if x:\n        a()\n    b()\n", "an indentation that no outer block has", 3, 5],
    ["if x:\n        a()\n\tb()\n", "tabs and spaces mixed in the indentation", 3, 2],
    ['print "x"\n', "a string right after 'print'", 1, 7],
    ["retrun x\n", "'x' right after 'retrun'", 1, 8],
    ["x = 1 2\n", "'2' right after '1'", 1, 7],
    ["x = a b\n", "'b' right after 'a'", 1, 7],
    ["x = [1 2]\n", "'2' right after '1'", 1, 8],
    ["x = 1 +\n", "nothing after '+'", 1, 7],
    ["x = = 1\n", "'= ='", 1, 3],
    ["x = (a, , b)\n", "',' right after ','", 1, 9],
    ["if x = 1:\n    pass\n", "'=' in a condition, where '==' belongs", 1, 6],
    ["x = a ? b : c\n", "the character '?'", 1, 7],
    ["x = \u201cabc\u201d\n", "the character U+201C", 1, 5],
    ["x = 1 \\ \ny = 2\n", "a character after the line continuation '\\'", 1, 7],
    ["foo bar():\n    pass\n", "'bar' right after 'foo'", 1, 5],
    ["f():\n    pass\n", "':' at the end of a line that begins no block", 1, 4],
    ["return 1\n", "'return' outside a function", 1, 1],
    ["def 1f():\n    pass\n", "'f' right after '1'", 1, 6],
    ["else if x:\n    pass\n", "'else' that belongs to nothing", 1, 1],
    ["froom os import path\n", "'os' right after 'froom'", 1, 7],
    ["import os.path path\n", "'path' right after 'path'", 1, 16],
    ["x <> y\n", "'< >'", 1, 3],
  ] as const) {
    it(`finds ${got} in ${JSON.stringify(code)}`, () => {
      const expected = `must be valid Python, got ${got}`;
      assert.deepEqual(check(code + contract.repeat(code.endsWith(":\n") && got.startsWith("the end") ? 0 : 1)), [
        `${expected}:${line}:${column}`,
      ]);
    });
  }

  for (const code of [
    "match command.split():\n    case [x, *rest] if rest:\n        pass\n    case {'a': 1, **more}:\n        pass\n    case Point(x=0) | None:\n        pass\n    case _:\n        pass\n",
    "match = 1\ncase = 2\ntype = 3\nmatch[case] = type\nprint(match, case)\n",
    "type Pair[T] = tuple[T, T]\ndef first[T: int](x: Pair[T]) -> T: return x[0]\nclass Box[T](list[T]): pass\n",
    "if (n := len(a)) > 10: pass\nwhile chunk := read(): use(chunk)\n",
    "x = f\"{a['b']!r:>{width}} {{literal}} {c:%Y-%m-%d} {d=}\"\n",
    'x = f"{a["b"]} {f"{c + "d"}"} {",".join(e)}"\n',
    'x = f"""{\n  a  # comment }\n}\n"""\n',
    'x = rf"\\{a}" + f"\\N{BULLET} {b}" + rb"\\\\" + Rb"a" + u"b"\n',
    "@app.route('/x', methods=['GET'])\n@cache\nasync def f(a, /, b: int = 1, *, c, **d) -> None:\n    async with a as b, c:\n        await b\n    async for x in y: yield x\n    return [z async for z in a if await z]\n",
    "try:\n    pass\nexcept* (A, B) as group:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
    "def f(x: int | None = None, *args: *Ts) -> 'str | list[int]': ...\n",
    "first, *rest = [*a, *b]\nprint(*a, **{**b, 'c': 1})\nx[1:, ::2, ...] = 1\n",
    "f = lambda x, *y, z=1, **k: (x, y)\ng = lambda: (yield)\nh = sorted(a, key=lambda p: p[1])\nif (lambda x=1: x)(): pass\n",
    "x = 0x_ff + 0b1_0 + 0o17 + 1_000.5e-3j + .5 + 5. + 1.e5\ny = 1if x else 2\nz = 1..real\n",
    "x = 1; y = 2; \nif x: y = 3; z = 4\nelse: pass\n",
    "with (open('a') as a, open('b') as b):\n    pass\nwith open('a') as (c, d): pass\n",
    "\tx = 1\n".replace("\t", "") + "if x:\n\ty = 1\n\tif y:\n\t\tz = 1\n",
    "x = (1 +\n  # comment\n\n      2)\nif a and \\\n    b:\n    pass\n",
    "global_name = 1\ndef f():\n    global global_name\n    nonlocal_ = 1\n    del nonlocal_\n    assert nonlocal_, 'no'\n    raise X from None\n",
    "from . import a\nfrom ... import b\nfrom ...c import (d as e, f,)\nfrom .g import *\n".replace(
      "from .g import *\n",
      "",
    ),
    "class A: x: int; y: str = 'a'\nx: dict[str, int]\n",
    "print(a if b else c, d or not e, f is not g, h not in i)\n",
    "if True:\n    # comment\n  # odd comment\n\n    x = 1\n  \n# end\n",
    "x = 'a' \"b\" '''c\n''' rb'd'\nµ = ünïcödé = 名前 = 1\n",
    "\f\ndef f():\n    pass\n\f\n",
    "a @ b\na @= b\nx = a<b>c\nx = ~a ** -b // +c % d\n",
    "for x in a, b: pass\nelse: pass\nwhile x:\n    break\nelse:\n    continue_ = 1\n",
    "x = [i for i in a if i for j in b]\ny = {**a, 'b': c}\nz = {*a}\n",
    "'''docstring'''\nfrom __future__ import annotations\n",
    "nothing = None\ntrue = True is not False\n",
    "€ = 1\n",
    "x = \\\n  1\n",
  ]) {
    it(`takes ${JSON.stringify(code.length > 60 ? `${code.slice(0, 57)}...` : code)}`, () => {
      assert.deepEqual(check(code + contract), []);
      assert.deepEqual(check(`\uFEFF${(code + contract).replaceAll("\n", "\r\n")}`), []);
    });
  }

  it("takes a last line without an end", () => {
    assert.deepEqual(check(contract.trimEnd()), []);
  });
});

describe("scoring scripts: init and run", () => {
  const init = "def init():\n    pass\n";
  const run = "def run(data):\n    return data\n";

  for (const [what, code] of [
    ["annotated", "def init() -> None: ...\ndef run(data: list[int], flag: bool = False) -> dict: ...\n"],
    ["optional parameters of init", `def init(path=None, *, x=1): ...\n${run}`],
    ["*args of init", `def init(*args, **kwargs): ...\n${run}`],
    ["keyword-only parameters of run", `${init}def run(*, data): ...\n`],
    ["request headers", `${init}def run(data, request_headers): ...\n`],
    ["decorated", `${init}@input_schema('data', NumpyParameterType([[1]]))\n@output_schema(x)\n@rawhttp\n${run}`],
    [
      "decorators that may change the parameters",
      `${init}@inject\ndef run(*args): ...\n@wrap()\n@rawhttp\ndef run(): ...\n`,
    ],
    ["assigned", "init = run = handler\n"],
    ["annotated and assigned", "init: Callable = f\nrun: Callable = g\n"],
    ["unpacked", "(init, run) = handlers()\n"],
    ["imported", "from handlers import init, run\n"],
    ["imported under another name", "import a as init\nfrom b import (c, d as run)\n"],
    ["imported with everything", "from handlers import *\n"],
    [
      "within if, try and with",
      `if x:\n    ${init.replace("\n", "\n    ")}try:\n    from a import run\nexcept ImportError:\n    def run(data): ...\n`,
    ],
    ["a class that is called", `class run:\n    pass\n${init}`],
    ["made by exec or globals", "exec(code)\n"],
    ["a driver module", "import score as driver_module\n"],
    ["defined twice, the last one right", `${init}def run(): ...\n${run}`],
  ] as const) {
    it(`takes ${what}`, () => {
      assert.deepEqual(check(code), []);
    });
  }

  for (const [what, code, ...problems] of [
    [
      "an empty script",
      "",
      "must define init(), got no function 'init' at its top level",
      "must define run(data), got no function 'run' at its top level",
    ],
    ["no init", run, "must define init(), got no function 'init' at its top level"],
    ["no run", init, "must define run(data), got no function 'run' at its top level"],
    ["another case", `${init}def Run(data): ...\n`, "must define run(data), got no function 'run' at its top level"],
    [
      "methods",
      `class Scorer:\n    def init(self): ...\n    def run(self, data): ...\n${init}`,
      "must define run(data), got no function 'run' at its top level",
    ],
    [
      "nested functions",
      `${init}def main():\n    def run(data): ...\n`,
      "must define run(data), got no function 'run' at its top level",
    ],
    [
      "a call only",
      `${init}if __name__ == "__main__":\n    print(run(1))\n`,
      "must define run(data), got no function 'run' at its top level",
    ],
    ["an attribute only", `${init}self.run = 1\n`, "must define run(data), got no function 'run' at its top level"],
    ["run without a parameter", `${init}def run():\n    pass\n`, "must define run(data), got 'def run()':3:1"],
    [
      "run with headers only",
      `${init}def run(request_headers):\n    pass\n`,
      "must define run(data), got 'def run(request_headers)':3:1",
    ],
    [
      "run with *args",
      `${init}def run(*args, **kwargs):\n    pass\n`,
      "must define run(data), got 'def run(*args, **kwargs)':3:1",
    ],
    [
      "run with positional-only",
      `${init}def run(data, /):\n    pass\n`,
      "must define run(data), got 'def run(data, /)':3:1",
    ],
    ["async run", `${init}async def run(data):\n    pass\n`, "must define run(data), got 'async def run':3:1"],
    [
      "init with a parameter",
      `def init(path: str, x=1):\n    pass\n${run}`,
      "must define init(), got 'def init(path, x)':1:1",
    ],
    [
      "defined twice, the last one wrong",
      `${init}${run}def run(): ...\n`,
      "must define run(data), got 'def run()':5:1",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(check(code), problems);
    });
  }
});
