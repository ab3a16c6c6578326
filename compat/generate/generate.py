#!/usr/bin/env python3
"""Writes the C++ functions and methods of libtorch's face from the operator table.

generate.py OPS INCLUDE SOURCES PARTS: OPS is what `heddle ops` printed. INCLUDE gets functions.inc, namespaces.inc and tensor_methods.inc,
SOURCES functions_0.cpp ... of PARTS parts."""
import os
import re
import sys

from schemas import read_schemas
from signatures import READERS, Unknown, parameters_of, result_type

# Written by hand, because C++ has more or other forms of them, or no use for them.
BY_HAND = set('''to item index index_put index_put_ _index_put_impl_ size stride dim numel data contiguous tensor as_tensor len Int
Float Bool Complex ScalarImplicit IntImplicit FloatImplicit ComplexImplicit cpu cuda get_device is_floating_point
is_complex is_signed is_contiguous storage_offset requires_grad_ backward grad detach_copy element_size format
set_data scalar_tensor from_file is_conj is_neg is_inference is_leaf retain_grad output_nr pin_memory is_pinned
nbytes itemsize ndimension device dtype layout options toString is_sparse is_quantized is_meta is_mkldnn list numpy_T
tolist print warn hash percentFormat qscheme save sym_size sym_stride sym_numel sym_storage_offset layout type_as_ is_cuda is_cpu
confirmed_by_owner storage _version isfinite_ set_requires_grad is_non_overlapping_and_dense is_nonzero_'''.split())
# Methods alone: as functions their names mean something else.
NO_FUNCTION = set('view copy_ resize_ expand fill'.split())


class Function:
    def __init__(self, name, schema, parameters, result):
        self.name, self.schema, self.parameters, self.result = name, schema, parameters, result
        self.in_place = bool(parameters) and schema.arguments and schema.arguments[0].written \
            and not schema.outs and result == 'Tensor'
        self.out = bool(schema.outs)
        if self.in_place:
            self.result = 'Tensor&'
            self.parameters[0].cpp = 'Tensor&' if parameters[0].cpp == 'const Tensor&' else parameters[0].cpp
        if self.out:
            count = len(schema.outs)
            self.result = 'Tensor&' if count == 1 else 'std::tuple<' + ','.join(['Tensor&'] * count) + '>'

    def declaration(self, with_default=True):
        outs = [f'Tensor& {a.name}' for a in self.schema.outs]
        return ', '.join(outs + [p.text(with_default) for p in self.parameters])

    def key(self):
        return (self.name, tuple(p.cpp for p in self.parameters), self.out and len(self.schema.outs))

    def required(self):
        return sum(p.default is None for p in self.parameters)

    def is_method(self):
        first = self.schema.arguments[0] if self.schema.arguments else None
        return not self.out and first is not None and first.name == 'self' and first.type == 'Tensor'

    def call(self):
        known = {id(argument): value for p in self.parameters for argument, value in p.values}
        added = [known.get(id(a), f'add({a.name})') for a in self.schema.arguments]
        return ''.join('.' + value for value in added if value)

    def body(self):
        if self.in_place:
            return f'Call(op){self.call()}.run(); return {self.parameters[0].name};'
        if self.out:
            names = [a.name for a in self.schema.outs]
            result = names[0] if len(names) == 1 else f'{self.result}({", ".join(names)})'
            return f'Call(op){self.call()}.run(); return {result};'
        if self.result == 'void':
            return f'Call(op){self.call()}.run();'
        if self.result == 'ScalarType':
            return f'return static_cast<ScalarType>(Call(op){self.call()}.integer());'
        if not self.result.startswith('std::tuple<'):
            return f'return Call(op){self.call()}.{READERS[self.result]}();'
        parts = self.result[len('std::tuple<'):-1].split(',')
        read = ', '.join(f'call.{READERS[part]}({i})' for i, part in enumerate(parts))
        return f'Call call(op); call{self.call()}.run(); return {{{read}}};'


def wanted(schema):
    name = schema.name[6:]
    if not schema.name.startswith('aten::') or name.startswith('__') or name in BY_HAND:
        return False
    if not re.fullmatch(r'\w+', name) or 'hacked_twin' in schema.overload or any(t == 't' for t in schema.returns):
        return False
    if schema.overload.endswith('_out') and not schema.outs:
        return False
    touches = [a.type for a in schema.arguments] + schema.returns
    return any(t.startswith('Tensor') for t in touches)


def make_functions(schemas):
    functions, seen, left_out = [], set(), []
    for schema in schemas:
        if not wanted(schema):
            continue
        try:
            function = Function(schema.name[6:] + ('_out' if schema.outs else ''), schema, parameters_of(schema),
                                result_type(schema))
        except Unknown as unknown:
            left_out.append(f'{schema.name}.{schema.overload}: {unknown}')
            continue
        if function.key() not in seen:
            seen.add(function.key())
            functions.append(function)
    return functions, left_out


def resolve_ambiguities(functions):
    """Two overloads that one call could mean: the longer one loses the default that makes it so."""
    by_name = {}
    for function in functions:
        by_name.setdefault((function.name, len(function.schema.outs)), []).append(function)
    for overloads in by_name.values():
        # Of two of one length, the one that PyTorch named later.
        for longer in sorted(overloads, key=lambda f: not f.schema.overload):
            for other in overloads:
                if other is longer or len(longer.parameters) < len(other.parameters):
                    continue
                for count in range(other.required(), len(other.parameters) + 1):
                    same = all(a.cpp == b.cpp for a, b in zip(longer.parameters[:count], other.parameters[:count]))
                    if same and longer.required() <= count < len(longer.parameters):
                        for parameter in longer.parameters[:count + 1]:
                            parameter.default = None


def write(path, text):
    if os.path.exists(path):
        with open(path, encoding='utf-8') as old:
            if old.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


def namespaces(functions):
    """torch::fft::rfft for fft_rfft, and so on."""
    texts = []
    for space in ('fft', 'linalg', 'special'):
        plain = [f for f in functions if f.name.startswith(space + '_') and not f.out]
        body = ''.join(f'inline {f.result} {f.name[len(space) + 1:]}({f.declaration()}) {{ return at::{f.name}('
                       f'{", ".join(p.name for p in f.parameters)}); }}\n' for f in plain)
        texts.append(f'namespace {space} {{\nHEDDLE_TORCH_BEGIN\nusing namespace at;\n{body}HEDDLE_TORCH_END\n}}\n')
    return ''.join(texts)


def main():
    ops, include, sources, parts = sys.argv[1:]
    functions, left_out = make_functions(read_schemas(ops))
    resolve_ambiguities(functions)
    free = [f for f in functions if f.name not in NO_FUNCTION]
    methods = [f for f in functions if f.is_method()]
    note = '// Written by compat/generate/generate.py from the operator table.\n'
    write(f'{include}/functions.inc', note + '#pragma once\n\n#include <cmath>\n\n#include "heddle_torch/ivalue.h"\n\nnamespace at {\nHEDDLE_TORCH_BEGIN\n' +
          ''.join(f'{f.result} {f.name}({f.declaration()});\n' for f in functions) +
          'HEDDLE_TORCH_END\n}  // namespace at\n')
    write(f'{include}/namespaces.inc', note + '#pragma once\n\n#include "heddle_torch/generated/functions.inc"\n\nnamespace torch {\n' +
          namespaces(functions) + '}  // namespace torch\n')
    lines = []
    for f in methods:
        arguments = ', '.join(p.text() for p in f.parameters[1:])
        lines.append(f'{f.result} {f.name}({arguments}) const;\n')
    write(f'{include}/tensor_methods.inc', note + ''.join(lines))
    count = int(parts)
    for part in range(count):
        body = note + '#include "compat/src/call.h"\n\nnamespace at {\nHEDDLE_TORCH_BEGIN\nusing namespace heddle_torch;\n\n'
        for f in functions[part::count]:
            body += (f'{f.result} {f.name}({f.declaration(False)}) {{\n'
                     f'  static const Op op{{"{f.schema.name}", "{f.schema.overload}"}};\n  {f.body()}\n}}\n')
            if f.is_method():
                arguments = ', '.join(p.text(False) for p in f.parameters[1:])
                self = 'const_cast<Tensor&>(*this)' if f.in_place else '*this'
                names = ', '.join([self] + [p.name for p in f.parameters[1:]])
                body += f'{f.result} Tensor::{f.name}({arguments}) const {{ return at::{f.name}({names}); }}\n'
        write(f'{sources}/functions_{part}.cpp', body + 'HEDDLE_TORCH_END\n}  // namespace at\n')
    print(f'{len(free)} functions, {len(methods)} methods; {len(left_out)} operators without a C++ form')
    if os.environ.get('LIST_LEFT_OUT'):
        print('\n'.join(left_out))


if __name__ == '__main__':
    main()
