"""Random programs. Each statement is run on samples in plain Python as soon as it is written, so that most of what is kept fits in
shapes and dtypes; both branches of an if and the body of a loop run once each."""

import random
import re

import torch

import grammar
from program import NAMES, Program, holder, maker

SLOT = re.compile(r"\{\{|\}\}|\{([A-Za-z])\}")
SLOT_TYPES = {"T": "Tensor", "I": "int", "F": "float", "B": "bool", "S": "str", "K": "List[int]", "L": "List[Tensor]",
              "D": "Dict[str, Tensor]", "X": "Box", "P": "Pair"}
RETURN_TYPES = ["Tensor", "Tensor", "Tensor", "int", "float", "bool", "str", "List[Tensor]", "List[int]", "Dict[str, Tensor]",
                "Tuple[Tensor, int]", "Optional[Tensor]", "Pair"]


class Unfit(Exception):
    """Nothing of the wanted kind is in reach."""


def tables(smooth):
    tensor = grammar.split(grammar.TENSOR) + grammar.split(grammar.SMOOTH if smooth else grammar.EXACT)
    exact = [] if smooth else [grammar.EXACT_INT, grammar.EXACT_FLOAT, grammar.EXACT_BOOL]
    return {
        "Tensor": tensor,
        "part": grammar.split(grammar.TENSOR_PARTS),
        "int": grammar.split(grammar.INT, grammar.INT_PARTS, *exact[:1]),
        "float": grammar.split(grammar.FLOAT, *exact[1:2]),
        "bool": grammar.split(grammar.BOOL, *exact[2:]),
        "str": grammar.split(grammar.STR),
        "List[int]": grammar.split(grammar.INTS),
        "List[Tensor]": grammar.split(grammar.TENSORS),
        "Dict[str, Tensor]": grammar.split(grammar.DICT),
        "Box": grammar.split(grammar.BOX),
        "Pair": grammar.split(grammar.PAIR),
        "write": grammar.split(grammar.WRITE, grammar.SMOOTH_WRITE if smooth else ""),
        "List[Tensor] write": grammar.split(grammar.LIST_WRITE),
        "List[int] write": grammar.split(grammar.INTS_WRITE),
        "Dict[str, Tensor] write": grammar.split(grammar.DICT_WRITE),
        "Box write": grammar.split(grammar.BOX_WRITE),
        "place": grammar.split(grammar.PLACE),
    }


TABLES = {smooth: tables(smooth) for smooth in (False, True)}
ITEM_TYPES = {"int": "int", "float": "float", "bool": "bool", "str": "str", "Tensor": "Tensor"}


class Scope:
    """Names in reach with their types; samples lie in the generator's namespace."""

    def __init__(self, names=()):
        self.types = dict(names)

    def of(self, type_text):
        return [name for name, kind in self.types.items() if kind == type_text]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.smooth = self.random.random() < 0.45
        self.mutable = self.random.random() < 0.5   # whether methods change attributes and weights
        self.table = TABLES[self.smooth]
        self.count = 0
        self.samples = dict(NAMES)
        self.helpers = []                           # (name, parameter types, return type)
        self.modules = []                           # names of submodules
        self.attributes = {}                        # expression to type
        self.returns = []
        self.frozen_names = set()                   # loop variables and the like, which are not assigned
        self.may_fork = True

    def chance(self, p):
        return self.random.random() < p

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    # Expressions.

    def expression(self, type_text, scope, depth=2):
        names = scope.of(type_text) + [name for name, kind in self.attributes.items() if kind == type_text]
        if names and (depth <= 0 or self.chance(0.45)):
            return self.random.choice(names)
        if depth <= 0:
            return self.literal(type_text, scope)
        if type_text.startswith("Optional["):
            return "None" if self.chance(0.3) else self.expression(type_text[9:-1], scope, depth)
        if type_text.startswith("Tuple["):
            return "(" + ", ".join(self.expression(t, scope, depth - 1) for t in type_text[6:-1].split(", ")) + ")"
        if type_text == "Tensor" and self.chance(0.15):
            return self.special_tensor(scope, depth)
        key = "part" if type_text == "Tensor" and self.chance(0.15) else type_text
        if key not in self.table or self.chance(0.1):
            return self.literal(type_text, scope)
        return self.fill(self.random.choice(self.table[key]), scope, depth - 1)

    def fill(self, template, scope, depth):
        def slot(match):
            if match.group(0) in ("{{", "}}"):
                return match.group(0)[0]
            kind = match.group(1)
            if kind == "N":
                return self.random.choice(["1", "2", "0", "-1", "0.5", "1.5", "3", "-2", "2.0"])
            if kind == "d":
                return self.random.choice(["0", "-1", "1"])
            if kind == "v":
                return self.variable("Tensor", scope)
            if kind == "M":
                return self.fill(self.random.choice(self.table["place"]), scope, depth)
            if kind in "LDXKP" and template.startswith(match.group(0)) or kind in "XP":
                return self.variable(SLOT_TYPES[kind], scope)
            inner = self.expression(SLOT_TYPES[kind], scope, depth)
            # A literal is no target of methods, and a sum would bind otherwise.
            return inner if re.fullmatch(r"[\w.]+|[\w.]+\([\w., ]*\)|\(.*\)|\[.*\]|'\w*'", inner) and not inner[0].isdigit() else f"({inner})"

        return SLOT.sub(slot, template)

    def variable(self, type_text, scope):
        names = scope.of(type_text) + [name for name, kind in self.attributes.items() if kind == type_text]
        if not names:
            raise Unfit
        return self.random.choice(names)

    def literal(self, type_text, scope):
        choose = self.random.choice
        if type_text == "int":
            return choose(["0", "1", "2", "3", "-1", "5"])
        if type_text == "float":
            return choose(["0.0", "1.0", "0.5", "-2.0", "1.5"])
        if type_text == "bool":
            return choose(["True", "False"])
        if type_text == "str":
            return choose(["'a'", "'b'", "'ab'", "''", "'cab'"])
        if type_text == "Tensor":
            return self.variable("Tensor", scope)
        if type_text == "List[int]":
            return "[1, 2, 0]"
        if type_text == "List[Tensor]":
            return f"[{self.variable('Tensor', scope)}]"
        if type_text == "Dict[str, Tensor]":
            return "{'a': " + self.variable("Tensor", scope) + "}"
        if type_text == "Box":
            return f"Box({self.variable('Tensor', scope)}, 1)"
        if type_text == "Pair":
            return f"Pair({self.variable('Tensor', scope)}, {self.variable('Tensor', scope)})"
        raise Unfit

    def special_tensor(self, scope, depth):
        """A submodule, a helper, a task."""
        choices = []
        if self.modules:
            choices += ["module"] * 3
        if self.helpers:
            choices += ["helper"]
            if self.may_fork:
                choices += ["task"]
        if not choices:
            raise Unfit
        what = self.random.choice(choices)
        if what == "module":
            return f"self.{self.random.choice(self.modules)}({self.expression('Tensor', scope, depth - 1)})"
        name, parameters, returned = self.random.choice(self.helpers)
        if returned != "Tensor":
            raise Unfit
        given = [self.expression(t, scope, depth - 1) for t in parameters]
        if what == "helper":
            return f"self.{name}({', '.join(given)})"
        return f"torch.jit.wait(torch.jit.fork(self.{name}, {', '.join(given)}))"

    # Statements: each returns lines, having run them on the samples.

    def try_lines(self, make, scope, tries=8):
        for _ in range(tries):
            try:
                lines = make()
                exec("\n".join(lines), self.samples)
                return lines
            except Unfit:
                continue
            except Exception:
                if self.chance(0.004):  # programs that fail are of interest too
                    return lines
        return None

    def simple(self, scope):
        kind = self.random.choices(["new", "assign", "write", "container", "attribute", "assert", "unpack", "tasks", "layers", "bare"],
                                   [6, 4, 6, 4, 2.5 if self.mutable else 0, 0.3, 1, 0.7 if self.helpers else 0,
                                    3 if self.modules else 0, 0.5])[0]
        return getattr(self, "do_" + kind)(scope)

    def do_new(self, scope):
        type_text = self.random.choice(["Tensor"] * 8 + ["int", "float", "bool", "str", "List[Tensor]", "List[Tensor]", "List[int]",
                                                         "Dict[str, Tensor]", "Box", "Pair", "Optional[Tensor]", "Tuple[Tensor, int]"])
        name = self.name("v")

        def make():
            text = self.expression(type_text, scope, 2)
            mark = f": {type_text}" if type_text.startswith(("Optional", "List", "Dict")) or self.chance(0.1) else ""
            return [f"{name}{mark} = {text}"]

        lines = self.try_lines(make, scope)
        if lines:
            value = self.samples.get(name)
            if type_text == "Tensor" and (not isinstance(value, torch.Tensor) or value.numel() > 300 or value.dim() > 5):
                return None
            scope.types[name] = type_text
        return lines

    def assignable(self, scope):
        return [n for n in scope.types if n not in self.frozen_names]

    def do_assign(self, scope):
        names = self.assignable(scope)
        if not names:
            return None
        name = self.random.choice(names)
        before = self.samples.get(name)

        def make():
            lines = [f"{name} = {self.expression(scope.types[name], scope, 2)}"]
            exec(lines[0], self.samples)
            after = self.samples[name]
            if isinstance(before, torch.Tensor):
                same = isinstance(after, torch.Tensor) and before.shape == after.shape and before.dtype == after.dtype
                if not same and not self.chance(0.1):
                    self.samples[name] = before
                    raise Unfit
            return lines

        return self.try_lines(make, scope)

    def do_write(self, scope):
        return self.try_lines(lambda: [self.fill(self.random.choice(self.table["write"]), scope, 1)], scope)

    def do_container(self, scope):
        kind = self.random.choice(["List[Tensor]", "List[Tensor]", "List[int]", "Dict[str, Tensor]", "Box"])
        return self.try_lines(lambda: [self.fill(self.random.choice(self.table[kind + " write"]), scope, 1)], scope)

    def do_attribute(self, scope):
        if not self.attributes:
            return None
        name = self.random.choice(list(self.attributes))
        if name.count(".") > 1:  # a weight
            return self.try_lines(lambda: [f"{name}.{self.random.choice(['add_(0.5)', 'mul_(2)', 'neg_()'])}"], scope)
        kind = self.attributes[name]
        if kind == "int" and self.chance(0.5):
            return self.try_lines(lambda: [f"{name} += {self.expression('int', scope, 1)}"], scope)
        return self.try_lines(lambda: [f"{name} = {self.expression(kind, scope, 2)}"], scope)

    def do_assert(self, scope):
        return self.try_lines(lambda: [f"assert {self.expression('bool', scope, 1)}, 'no'"], scope, 3)

    def do_bare(self, scope):
        return self.try_lines(lambda: [self.expression("Tensor", scope, 2)], scope)

    def do_unpack(self, scope):
        a, b = self.name("v"), self.name("v")
        form = self.random.choice([("({T}, {I})", "int"), ("{T}.max(0)", "Tensor"), ("({v}, {v})", "Tensor"), ("torch.chunk({T}, 2)", "Tensor"),
                                   ("{P}", "Tensor"), ("torch.sort({T}, 0)", "Tensor"), ("torch.unbind({T})", "Tensor"), ("{L}", "Tensor")])
        if self.smooth and ("max" in form[0] or "sort" in form[0]):
            return None
        lines = self.try_lines(lambda: [f"{a}, {b} = {self.fill(form[0], scope, 1)}"], scope)
        if lines:
            scope.types.update({a: "Tensor", b: form[1]})
        return lines

    def do_tasks(self, scope):
        """Tasks that overlap, on copies: what runs at once must not write what others see."""
        if not self.may_fork:
            return None
        name, parameters, returned = self.random.choice(self.helpers)
        if "List" in " ".join(parameters):
            return None
        futures, result = self.name("f"), self.name("v")

        def given():
            return ", ".join(f"({self.expression(t, scope, 1)}).clone()" if t == "Tensor" else self.expression(t, scope, 1) for t in parameters)

        def make():
            if self.chance(0.5):
                return [f"{futures} = [torch.jit.fork(self.{name}, {given()}), torch.jit.fork(self.{name}, {given()})]",
                        f"{result} = [torch.jit.wait(each) for each in {futures}][{self.random.choice('01')}]"]
            return [f"{futures} = torch.jit.fork(self.{name}, {given()})", f"{result} = torch.jit.wait({futures})"]

        lines = self.try_lines(make, scope, 4)
        if lines:
            scope.types[result] = returned
        return lines

    def do_layers(self, scope):
        """What the optimiser fuses: layer, normalisation, sum, activation, with aliases and writes in between."""
        names = [self.name("v") for _ in range(3)]

        def make():
            choose = self.random.choice
            fitting = [n for n in scope.of("Tensor") if getattr(self.samples.get(n), "dim", int)() >= 2]
            source = choose(fitting) if fitting else self.variable("Tensor", scope)
            a, b, c = names
            lines = [f"{a} = self.{choose(self.modules)}({source})"]
            if self.chance(0.25):
                lines.append(choose([f"{a}[0] = 0.5", f"{a} += {source}", f"{a}.mul_(2)", f"{source}.add_(1)", f"{a}.relu_()"]))
            lines.append(f"{b} = " + choose([f"self.{choose(self.modules)}({a})", f"{a} + {source}", f"{source} + {a}", f"{a}.view_as({a})",
                                             f"F.relu({a})", f"{a} + {source} * 2", f"self.{choose(self.modules)}({a}) + {a}", a]))
            act = choose(["F.relu({})", "torch.tanh({})", "{}.sigmoid()", "F.relu6({})", "F.hardswish({})", "{}.relu_()", "F.silu({})",
                          "F.gelu({})", "{}.clamp(0, 6)", "F.leaky_relu({}, 0.2)", "F.hardtanh({}, -1.0, 1.0)", "F.relu({}, inplace=True)",
                          "{} * {}.sigmoid()", "{}.permute(0, 2, 3, 1)", "F.elu({})", "{}.flatten(1)"])
            lines.append(f"{c} = " + act.replace("{}", b))
            return lines

        lines = self.try_lines(make, scope, 12)
        if lines:
            scope.types.update(dict.fromkeys(names, "Tensor"))
        return lines

    def block(self, scope, size, depth, in_loop):
        """Statements in a scope of their own; what they assign of the outer one keeps its type."""
        inner = Scope(scope.types)
        lines = []
        for _ in range(size):
            lines += self.statement(inner, depth, in_loop) or []
        if in_loop and self.chance(0.25):
            lines += [f"if {self.condition(inner)}:", "    " + self.random.choice(["break", "continue"])]
            if self.chance(0.5):
                lines += self.statement(inner, 0, False) or []
        return lines or ["pass"]

    def condition(self, scope):
        for _ in range(6):
            try:
                text = self.expression("bool", scope, 2)
                eval(text, self.samples)
                return text
            except Exception:
                continue
        return "len('a') > 0"

    def statement(self, scope, depth, in_loop):
        if depth <= 0 or self.chance(0.7):
            return self.simple(scope)
        size = self.random.randint(1, 3)
        kind = self.random.choice(["if", "if", "if", "for", "for", "list", "while", "none", "return", "both", "zip"])

        def indent(lines):
            return ["    " + line for line in lines]

        if kind == "if":
            lines = [f"if {self.condition(scope)}:"] + indent(self.block(scope, size, depth - 1, False))
            if self.chance(0.2):
                lines += [f"elif {self.condition(scope)}:"] + indent(self.block(scope, size, depth - 1, False))
            if self.chance(0.6):
                lines += ["else:"] + indent(self.block(scope, size, depth - 1, False))
            return lines
        if kind == "return":
            return [f"if {self.condition(scope)}:"] + indent(self.block(scope, 1, 0, False) + self.return_lines(scope))
        if kind == "both":  # a name that both branches define
            name, type_text = self.name("v"), self.random.choice(["Tensor", "Tensor", "int", "List[Tensor]", "str", "Box"])
            test = self.condition(scope)
            halves = [self.try_lines(lambda: [f"{name} = {self.expression(type_text, scope, 2)}"], scope) for _ in range(2)]
            if not all(halves):
                return None
            body = self.block(scope, 1, 0, False)
            scope.types[name] = type_text
            return [f"if {test}:"] + indent(body + halves[0]) + ["else:"] + indent(halves[1])
        if kind == "none":
            names = [n for n in scope.types if scope.types[n] == "Optional[Tensor]"]
            if not names:
                return None
            name = self.random.choice(names)
            inner = Scope(scope.types)
            inner.types[name] = "Tensor"
            self.frozen_names.add(name)
            if self.samples.get(name) is None:
                self.samples[name] = torch.ones(2, 3)
            return [f"if {name} is not None:"] + indent(self.block(inner, size, depth - 1, False))
        inner = Scope(scope.types)
        item = self.name("i")
        self.frozen_names.add(item)
        if kind == "while":
            self.samples[item] = 0
            inner.types[item] = "int"
            body = self.block(inner, size, depth - 1, False)
            if self.chance(0.2):
                body += [f"if {self.condition(inner)}:", "    break"]
            bound = self.random.choice(["2", "3", f"{self.condition(scope)} and {item} < 3"])
            test = f"{item} < {bound}" if bound.isdigit() else bound
            return [f"{item} = 0", f"while {test}:", f"    {item} += 1"] + indent(body)
        try:
            if kind == "for":
                over = self.random.choice(["3", "2", "4", "1, 4", "3, 0, -1"] + [f"min({n}, 4)" for n in scope.of("int")])
                header, types = f"for {item} in range({over}):", {item: "int"}
                self.samples[item] = 1
            elif kind == "list":
                source, type_text = self.random.choice([("List[Tensor]", "Tensor"), ("List[int]", "int"), ("Dict[str, Tensor]", "str")])
                values = self.expression(source, scope, 1)
                sample = eval(values, self.samples)
                if not len(sample):
                    return None
                self.samples[item] = list(sample)[0]
                if self.chance(0.3):
                    header, types = f"for {item}_k, {item} in enumerate(list({values})):", {item: type_text, f"{item}_k": "int"}
                    self.samples[f"{item}_k"] = 0
                    self.frozen_names.add(f"{item}_k")
                else:
                    # A list that its own loop appends to would not end.
                    header, types = f"for {item} in list({values}):", {item: type_text}
            else:
                left, right = self.expression("List[Tensor]", scope, 1), self.expression("List[int]", scope, 1)
                self.samples[item], self.samples[f"{item}_k"] = eval(left, self.samples)[0], eval(right, self.samples)[0]
                self.frozen_names.add(f"{item}_k")
                header, types = f"for {item}, {item}_k in zip(list({left}), list({right})):", {item: "Tensor", f"{item}_k": "int"}
        except Exception:
            return None
        inner.types.update(types)
        return [header] + indent(self.block(inner, size, depth - 1, True))

    def return_lines(self, scope):
        values = []
        for type_text in self.returns:
            found = self.try_lines(lambda: [self.expression(type_text, scope, 1)], scope, 20)
            values.append(found[0] if found else self.literal(type_text, scope))
        return [f"return {', '.join(values)}"]

    # Whole programs.

    def method(self, name, parameters, returns, size, depth):
        self.returns = returns
        scope = Scope(parameters)
        lines = []
        for _ in range(size):
            lines += self.statement(scope, depth, False) or []
        # Late names first: they are what the statements were about.
        scope.types = dict(reversed(list(scope.types.items())))
        lines += self.return_lines(scope)
        mark = returns[0] if len(returns) == 1 else f"Tuple[{', '.join(returns)}]"
        header = f"def {name}(self, {', '.join(f'{n}: {t}' for n, t in parameters.items())}) -> {mark}:"
        return "\n".join([header] + ["    " + line for line in lines]) + "\n"

    def tensor_text(self):
        shape = self.random.choice([[2, 3]] * 8 + [[3], [2, 1], [1, 3], [], [2, 2, 3], [3, 3]])
        dtype = self.random.choice(["float32"] * 8 + ["float64", "int64", "int64", "int32", "bool", "uint8"])
        if self.smooth:
            dtype = self.random.choice(["float32"] * 6 + ["float64"])
            if self.chance(0.5):
                shape = self.random.choice([[1, 4, 5, 5], [2, 4, 5, 5], [2, 4], [2, 4, 6], [4, 4]])
        text = f'T("{dtype}", {shape}, {self.random.randint(0, 99)})'
        if len(shape) >= 2 and self.chance(0.15):
            text += self.random.choice([".transpose(0, 1)", "[1:]", "[..., 1:]", "[:, ::2]", ".transpose(-1, -2)"])
        return text

    def value_text(self, type_text):
        if type_text == "Tensor" or type_text == "Optional[Tensor]":
            return "None" if type_text != "Tensor" and self.chance(0.4) else self.tensor_text()
        if type_text == "List[Tensor]":
            return f"[{self.tensor_text()}, {self.tensor_text()}]"
        if type_text == "Dict[str, Tensor]":
            return "{'a': " + self.tensor_text() + "}"
        if type_text == "Box":
            return f"Box({self.tensor_text()}, 2)"
        if type_text == "List[int]":
            return self.random.choice(["[1, 2]", "[3]", "[0, 1, 2]"])
        return self.literal(type_text, Scope())

    def layer_text(self):
        choose = self.random.choice
        bias = choose(["True", "False"])
        return choose([
            f"nn.Conv2d(4, 4, 3, padding=1, bias={bias})", f"nn.Conv2d(4, 4, 1, groups={choose('124')}, bias={bias})",
            f"nn.Conv2d(4, 4, {choose('35')}, padding='same', groups={choose('14')})", "nn.BatchNorm2d(4)", "nn.BatchNorm2d(4)",
            f"nn.Linear(4, 4, bias={bias})", f"nn.Linear({choose('345')}, {choose('345')})", f"nn.Conv1d(4, 4, 3, padding=1, bias={bias})",
            "nn.BatchNorm1d(4)", "nn.ReLU()", "nn.ReLU(inplace=True)", "nn.Dropout(0.5)", "nn.ConvTranspose2d(4, 4, 3, padding=1)",
            "nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))", "nn.Identity()", "nn.GELU()",
            "nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))", "nn.Hardswish()", "nn.LayerNorm(4)", "nn.GroupNorm(2, 4)",
            "nn.BatchNorm2d(4, affine=False)", "nn.Conv2d(4, 4, 3, padding=1, padding_mode='reflect')", "nn.MaxPool2d(3, 1, 1)",
            "nn.BatchNorm2d(4, track_running_stats=False)", "nn.Conv2d(4, 4, 3, padding=2, dilation=2)", "nn.Conv2d(4, 4, 3, stride=2, padding=1)",
        ])

    def program(self):
        program = Program()
        choose = self.random.choice
        if self.chance(0.6):
            for name in ("buf", "mem")[:self.random.randint(1, 2)]:
                program.attributes.append((name, "Tensor", self.tensor_text()))
        for name, kind, odds in (("cnt", "int", 0.4), ("lst", "List[Tensor]", 0.25), ("dct", "Dict[str, Tensor]", 0.15), ("nums", "List[int]", 0.15),
                                 ("flag", "bool", 0.15), ("scale", "float", 0.2), ("box", "Box", 0.1), ("opt", "Optional[Tensor]", 0.05)):
            if self.chance(odds):
                program.attributes.append((name, kind, self.value_text(kind)))
        if self.smooth:
            for i in range(self.random.choice([0, 1, 2, 2, 3, 3])):
                program.modules.append((f"layer{i}", self.layer_text()))
        parameters = {"x": "Tensor", "y": "Tensor"}
        for name, kind in (("z", "Tensor"), ("n", "int"), ("f", "float"), ("b", "bool"), ("s", "str"), ("xs", "List[Tensor]"), ("d", "Dict[str, Tensor]"),
                           ("o", "Optional[Tensor]"), ("k", "List[int]")):
            if self.chance(0.35):
                parameters[name] = kind
        program.inputs = [(n, t, self.value_text(t)) for n, t in parameters.items()]
        if self.chance(0.1):  # the same tensor twice
            program.inputs[1] = ("y", "Tensor", program.inputs[0][2])
        self.samples["T"] = maker(torch)
        module = self.samples["self"] = holder(program)
        for name, _, _ in program.attributes:
            value = getattr(module, name)
            if isinstance(value, torch.jit.Attribute):
                setattr(module, name, value.value)
        self.modules = [name for name, _ in program.modules]
        self.attributes = {f"self.{name}": kind for name, kind, _ in program.attributes}
        if not self.mutable:
            self.attributes = {n: k for n, k in self.attributes.items() if k not in ("Box",)}
        for name, _ in program.modules:
            for parameter in ("weight", "bias"):
                if isinstance(getattr(getattr(module, name), parameter, None), torch.Tensor) and self.chance(0.15):
                    self.attributes[f"self.{name}.{parameter}"] = "Tensor"
        methods = []
        outer = self.attributes
        for i in range(choose([0, 0, 1, 1, 2])):
            # Helpers run as tasks, side by side: they keep away from attributes that may change.
            self.attributes, self.may_fork = {}, False
            parts = {f"a{i}": "Tensor", f"c{i}": "Tensor"} if self.chance(0.6) else {f"a{i}": "Tensor", f"m{i}": "int"}
            for n, t in parts.items():
                self.samples[n] = eval(self.value_text(t), self.samples)
            returned = "Tensor" if self.chance(0.8) else choose(["int", "List[Tensor]", "Pair"])
            text = self.method(f"helper{i}", parts, [returned], self.random.randint(1, 3), 1)
            space = dict(self.samples)
            try:
                exec(text, space)
            except Exception:
                continue
            methods.append(text)
            setattr(module, f"helper{i}", space[f"helper{i}"].__get__(module))
            self.helpers.append((f"helper{i}", list(parts.values()), returned))
        self.attributes, self.may_fork = outer, True
        for name, _, expression in program.inputs:
            self.samples[name] = eval(expression, self.samples)
        returns = [choose(RETURN_TYPES) for _ in range(self.random.randint(1, 4))]
        methods.append(self.method("forward", parameters, returns, self.random.randint(3, 14), 3))
        program.source = "\n".join(methods)
        return program


def generate(seed):
    """The program of a seed; None where none came out."""
    state = torch.random.get_rng_state()
    try:
        return Generator(seed).program()
    except Unfit:
        return None
    finally:
        torch.random.set_rng_state(state)
