"""Modules and objects of models, with attributes and methods as Python has them."""
from collections import OrderedDict

from .. import _C
from ..futures import Future


class ScriptModule(_C.ScriptModule):
    """A module of a model: callable, with its attributes, submodules and methods as attributes.

    Reading tensors of it (parameters(), state_dict(), m.weight) ends what its code takes for constant, because they
    might be written; heddle.jit.freeze makes such code again.
    """

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._get(name)

    def __setattr__(self, name, value):
        if name != "training" and self._has(name):
            self._set(name, value)
        elif name == "training":
            self.train(value)
        else:
            super().__setattr__(name, value)

    def __dir__(self):
        return sorted(set(super().__dir__()) | set(self._method_names()) |
                      {name for name, _ in self._named_attributes(False)})

    def __eq__(self, other):
        return isinstance(other, _C.ScriptModule) and self._is_same(other)

    def __hash__(self):
        return self._identity()

    @property
    def training(self):
        """Whether the module behaves as in training."""
        return self._get("training") if self._has("training") else True

    @property
    def original_name(self):
        """The name of the class the module was written as."""
        return self._type_name.rsplit(".", 1)[-1]

    @property
    def code(self):
        """The TorchScript source of forward."""
        return self._get("forward").code

    @property
    def graph(self):
        """The graph of forward, as text."""
        return self._get("forward")._graph(False)

    @property
    def inlined_graph(self):
        """The graph of forward as the optimiser leaves it, as text."""
        return self._get("forward")._graph(True)

    def graph_for(self, *args, **kwargs):
        """The same as inlined_graph: it does not depend on the arguments."""
        return self.inlined_graph

    @property
    def forward(self):
        """The method forward."""
        return self._get("forward")

    def eval(self):
        """train(False)."""
        return self.train(False)

    def train(self, mode=True):
        """Sets `training` of the module and all below it; the module."""
        self._train(bool(mode))
        return self

    def state_dict(self, *, prefix="", keep_vars=False):
        """All parameters and buffers by name, in order."""
        found = OrderedDict()
        for name, module in self._named_modules():
            own = prefix + name + "." if name else prefix
            for kind in (module._named_parameters, module._named_buffers):
                for key, tensor in kind(False):
                    found[own + key] = tensor
        return found

    def load_state_dict(self, state_dict, strict=True):
        """Copies tensors into parameters and buffers of the same names."""
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        if strict and (missing or unexpected):
            raise RuntimeError(f"Error(s) in loading state_dict for {self.original_name}: missing {missing}, "
                               f"unexpected {unexpected}")
        for name, tensor in own.items():
            if name in state_dict:
                if tensor.shape != state_dict[name].shape:
                    raise RuntimeError(f"size mismatch for {name}: copying a param with shape {state_dict[name].shape}, "
                                       f"the shape in current model is {tensor.shape}.")
                tensor.copy_(state_dict[name])
        return missing, unexpected

    def named_parameters(self, prefix="", recurse=True):
        """Pairs of names and parameters."""
        return self._prefixed(self._named_parameters(recurse), prefix)

    def named_buffers(self, prefix="", recurse=True):
        """Pairs of names and buffers."""
        return self._prefixed(self._named_buffers(recurse), prefix)

    @staticmethod
    def _prefixed(pairs, prefix):
        for name, value in pairs:
            yield (prefix + "." + name if prefix else name), value

    def parameters(self, recurse=True):
        """The parameters."""
        return (tensor for _, tensor in self._named_parameters(recurse))

    def buffers(self, recurse=True):
        """The buffers."""
        return (tensor for _, tensor in self._named_buffers(recurse))

    def named_children(self):
        """Pairs of names and the modules this one holds."""
        return iter(self._named_children())

    def children(self):
        """The modules this one holds."""
        return (module for _, module in self._named_children())

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Pairs of names and modules: itself, then all below it."""
        for name, module in self._named_modules():
            yield ".".join(part for part in (prefix, name) if part), module

    def modules(self):
        """Itself, then all modules below it."""
        return (module for _, module in self._named_modules())

    def get_submodule(self, target):
        """The module of a dotted name."""
        module = self
        for part in target.split(".") if target else []:
            module = getattr(module, part)
        return module

    def requires_grad_(self, requires_grad=True):
        """The module; its parameters' requires_grad is set."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def apply(self, function):
        """Calls function(module) for all below and itself; the module."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    def to(self, *args, **kwargs):
        """The module, on the CPU; other dtypes are set on its parameters and buffers, as PyTorch does."""
        from .._tensor import _conversion
        dtype, _, _ = _conversion(args, kwargs)
        if dtype is not None:
            for tensor in self.state_dict().values():
                if tensor.dtype.is_floating_point or tensor.dtype.is_complex:
                    tensor.data = tensor.to(dtype)
        return self

    def cpu(self):
        """The module itself."""
        return self

    def float(self):
        """to(heddle.float32)"""
        return self.to(_C.float32)

    def double(self):
        """to(heddle.float64)"""
        return self.to(_C.float64)

    def half(self):
        """to(heddle.float16)"""
        return self.to(_C.float16)

    def bfloat16(self):
        """to(heddle.bfloat16)"""
        return self.to(_C.bfloat16)

    def save(self, f, _extra_files=None):
        """heddle.jit.save"""
        from . import save
        save(self, f, _extra_files)

    def save_to_buffer(self, _extra_files=None):
        """The bytes that save() writes."""
        import io
        out = io.BytesIO()
        self.save(out, _extra_files)
        return out.getvalue()

    def copy(self):
        """A module with its own attributes over the same tensors."""
        return self._copy(False)

    def __copy__(self):
        return self._copy(False)

    def __deepcopy__(self, memo):
        return self._copy(True)

    # Containers: modules called '0', '1', ... or by keys.
    def __len__(self):
        return len(self._named_children())

    def __bool__(self):
        return True

    def __iter__(self):
        return (module for _, module in self._named_children())

    def __getitem__(self, key):
        children = self._named_children()
        if isinstance(key, str):
            return dict(children)[key]
        if isinstance(key, slice):
            return [module for _, module in children[key]]
        return children[key][1]

    def __contains__(self, key):
        return any(key == name for name, _ in self._named_children())

    def __repr__(self):
        lines = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._named_children()]
        inside = f"original_name={self.original_name}"
        if not lines:
            return f"RecursiveScriptModule({inside})"
        return "RecursiveScriptModule(\n  " + inside + "\n  " + "\n  ".join(lines) + "\n)"


RecursiveScriptModule = ScriptModule
ScriptModule.__module__ = "heddle.jit"


class ScriptObject(_C.ScriptObject):
    """An object of a class of a model."""

    def __setattr__(self, name, value):
        if not self._has(name):
            raise AttributeError(f"'{self._type_name}' object has no attribute '{name}'")
        self._set(name, value)

    def __call__(self, *args, **kwargs):
        return self.__getattr__("__call__")(*args, **kwargs)

    def __len__(self):
        return self.__getattr__("__len__")()

    def __getitem__(self, key):
        return self.__getattr__("__getitem__")(key)

    def __str__(self):
        return self.__getattr__("__str__")() if "__str__" in self._method_names() else repr(self)

    def __repr__(self):
        return f"<heddle.jit.ScriptObject of {self._type_name}>"

    def __dir__(self):
        return sorted(set(super().__dir__()) | set(self._method_names()))


_C.set_script_types(module=ScriptModule, object=ScriptObject, future=Future)
