"""PyTorch's test tables of `torch.nn` as archives: `nn_functional_tests` (jit_metaprogramming_utils), the module and criterion tests of
common_nn, and module_db (common_modules). Used by conformance.py; one folder, and one file of cases for driver.cpp, an entry. A module is
scripted and traced, in training and for inference; whatever PyTorch itself cannot write or run is counted as skipped.
"""

import copy
import inspect
import warnings

import torch

import opinfo


class Call:
    """What an entry calls: `target` with `args`."""

    def __init__(self, target, args, kwargs=None):
        self.target, self.args, self.kwargs = target, tuple(args), dict(kwargs or {})


def tables():
    """[(name, function that makes the entry's Calls)], each name once. The tables are those of the whole of PyTorch's tests of torch.nn."""
    opinfo.op_db()  # stands in for modules that Debian lacks
    from torch.testing._internal import common_modules, common_nn, jit_metaprogramming_utils as utils
    found = {}

    def add(name, make):
        number = 1
        while f"{name}{'' if number == 1 else f'.{number}'}" in found:
            number += 1
        found[f"{name}{'' if number == 1 else f'.{number}'}"] = make

    for test in utils.nn_functional_tests:
        variant = test[3] if len(test) > 3 else ""
        add(f"functional.{test[0]}" + (f".{variant}" if variant else ""), lambda test=test: functional(utils, *test[:3]))
    for test in utils.get_all_nn_module_tests() + common_nn.criterion_tests:
        name = utils.get_nn_module_name_from_kwargs(**test)
        name += f".{test['desc']}" if "desc" in test and "fullname" not in test else ""
        add(f"module.{name}", lambda test=test: module(utils, test))
    for info in common_modules.module_db:
        for dtype in info.dtypes:
            add(f"info.{info.module_cls.__name__}.{str(dtype)[6:]}", lambda info=info, dtype=dtype: module_info(info, dtype))
    return list(found.items())


def functional(utils, name, size, args):
    first = utils.create_input((size,), requires_grad=False)[0][0]
    rest, _ = utils.create_input(args, requires_grad=False)
    function, tensors = utils.gen_script_fn_and_args(name, "nn_functional", first, *rest)
    return [Call(function, tensors)]


def module(utils, test):
    inputs = test["input_fn"]() if "input_fn" in test else (test["input_size"],)
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    inputs += tuple(test["extra_args"]) if "extra_args" in test else tuple(test["extra_args_fn"]()) if "extra_args_fn" in test else ()
    if "target_size" in test:
        inputs += (test["target_size"],)
    elif "target_fn" in test:
        inputs += (test["target_fn"](),)
    is_complex = all(t.is_complex() for t in inputs if isinstance(t, torch.Tensor)) and isinstance(inputs[0], torch.Tensor)
    args, _ = utils.create_input(inputs, requires_grad=False, dtype=torch.cdouble if is_complex else torch.double)
    make = test["constructor"] if "constructor" in test else getattr(torch.nn, test["module_name"])
    arguments = test["constructor_args_fn"]() if "constructor_args_fn" in test else test.get("constructor_args", ())
    return [Call(make(*arguments), args)]


def module_info(info, dtype):
    samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=False, training=False)
    return [Call(info.module_cls(*s.constructor_input.args, **{**s.constructor_input.kwargs, "dtype": dtype}
                                 if "dtype" in inspect.signature(info.module_cls).parameters else s.constructor_input.kwargs).to(dtype),
                 s.forward_input.args, s.forward_input.kwargs) for s in samples]


class Filled(torch.nn.Module):
    """A module with every argument but the tensors filled in, to be traced."""

    def __init__(self, target, call):
        super().__init__()
        self.target, self.call = target, call

    def forward(self, *tensors):
        given = iter(tensors)
        return self.target(*opinfo.replaced(self.call.args, given), **opinfo.replaced(self.call.kwargs, given))


def caller_of(target, args):
    """A script module around one whose `forward` has overloads, which has no method `forward` of its own."""
    def kind(value):
        return "Tensor" if isinstance(value, torch.Tensor) else f"Tuple[{', '.join(['Tensor'] * len(value))}]"

    class Caller(torch.jit.ScriptModule):
        def __init__(self):
            super().__init__()
            self.target = target

    names = [("None" if value is None else f"i{number}") for number, value in enumerate(args)]
    given = [f"{name}: {kind(value)}" for name, value in zip(names, args) if name != "None"]
    made = Caller()
    made.define(f"def forward(self, {', '.join(given)}):\n    return self.target({', '.join(names)})\n")
    return made


class Writer:
    """Writes the cases of one entry into a folder."""

    def __init__(self, make, folder):
        self.make, self.folder = make, folder
        self.cases, self.skipped = [], 0

    def write(self):
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.double)  # as PyTorch's tests of the JIT have it
        torch.manual_seed(0)
        try:
            for number, call in enumerate(self.make()):
                self.add(number, call)
        finally:
            torch.set_default_dtype(before)
            torch.save(self.cases, self.folder / "cases.pt", pickle_protocol=2)

    def add(self, number, call):
        if isinstance(call.target, torch.jit.ScriptFunction):
            return self.add_case(f"{number}.scripted.pt", call.target, call, lambda: (call.target, list(call.args)))
        for training in (False, True):
            target = copy.deepcopy(call.target).train(training)
            mode = "training" if training else "inference"
            self.add_case(f"{number}.scripted.{mode}.pt", target, call, lambda: self.scripted(target, call))
            self.add_case(f"{number}.traced.{mode}.pt", target, call, lambda: self.traced(target, call))

    def scripted(self, target, call):
        args = self.positional(target, call)
        made = torch.jit.script(target)
        if hasattr(made, "forward") and made._c._has_method("forward"):
            return made, args
        return caller_of(target, args), [a for a in args if a is not None]

    @staticmethod
    def traced(target, call):
        tensors = opinfo.tensors_in([call.args, call.kwargs], [])
        traced = torch.jit.trace(Filled(copy.deepcopy(target), call).train(target.training), tuple(t.clone() for t in tensors),
                                 check_trace=False, strict=False)
        return traced, tensors

    def add_case(self, archive, target, call, compiled):
        try:
            expected, again = (self.answer(target, call, seed) for seed in (0, 1))
            if not opinfo.tensors_in(expected, []) or not opinfo.strided(opinfo.tensors_in([expected, call.args], [])):
                raise NotImplementedError("no tensors to compare")
            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")
                made, args = compiled()
                made.save(str(self.folder / archive))
        except Exception:
            self.skipped += 1  # PyTorch has no answer, or cannot write it
            return
        rtol, atol = opinfo.tolerance(expected)
        self.cases.append({"archive": archive, "method": "forward", "args": copy.deepcopy(args), "expected": expected, "exact": expected,
                           "rtol": rtol, "atol": atol, "meta": not opinfo.same(expected, again)})

    @staticmethod
    def answer(target, call, seed):
        torch.manual_seed(seed)
        with torch.no_grad():
            return opinfo.plain(copy.deepcopy(target)(*copy.deepcopy(call.args), **copy.deepcopy(call.kwargs))
                                if isinstance(target, torch.nn.Module) else target(*copy.deepcopy(call.args)))

    @staticmethod
    def positional(target, call):
        if not call.kwargs:
            return list(copy.deepcopy(call.args))
        bound = inspect.signature(target.forward).bind(*call.args, **call.kwargs)
        bound.apply_defaults()
        return list(copy.deepcopy(bound.args))
