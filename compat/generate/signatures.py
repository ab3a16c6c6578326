"""The C++ signature that PyTorch gives an operator of a schema: types, defaults, order."""
import re

# Schema type: C++ parameter, C++ result. Numbers that stand for a dtype and the like are told by their names.
PARAMETERS = {
    'Tensor': 'const Tensor&', 'Tensor?': 'const optional<Tensor>&', 'Tensor[]': 'TensorList',
    'Tensor?[]': 'const c10::List<optional<Tensor>>&', 'Scalar': 'const Scalar&', 'Scalar?': 'const optional<Scalar>&',
    'Scalar[]': 'ArrayRef<Scalar>', 'int': 'int64_t', 'int?': 'optional<int64_t>', 'float': 'double',
    'float?': 'optional<double>', 'bool': 'bool', 'bool?': 'optional<bool>', 'str': 'string_view',
    'str?': 'optional<string_view>', 'Generator?': 'optional<Generator>', 'Device': 'Device',
    'Device?': 'optional<Device>', 'Storage': 'Storage', 'float[]': 'ArrayRef<double>',
    'float[]?': 'optional<ArrayRef<double>>',
}
BY_NAME = {'dtype': 'ScalarType', 'out_dtype': 'ScalarType', 'layout': 'Layout', 'memory_format': 'MemoryFormat'}
RESULTS = {'Tensor': 'Tensor', 'Tensor[]': 'std::vector<Tensor>', 'int': 'int64_t', 'float': 'double', 'bool': 'bool',
           'Scalar': 'Scalar'}
# The method of Call (compat/src/call.h) that gives a result of this type.
READERS = {'Tensor': 'tensor', 'std::vector<Tensor>': 'tensors', 'int64_t': 'integer', 'double': 'real',
           'bool': 'boolean', 'Scalar': 'scalar'}
OPTIONS = ['dtype', 'layout', 'device', 'pin_memory']
KEYWORDS = {'default', 'operator', 'register', 'lambda', 'new', 'delete', 'this', 'union', 'class'}


class Unknown(Exception):
    """A type that C++ signatures have no word for."""


def parameter_type(argument):
    text = argument.type
    if argument.name in BY_NAME and text in ('int', 'int?'):
        kind = BY_NAME[argument.name]
        return f'optional<{kind}>' if text.endswith('?') else kind
    if text in PARAMETERS:
        return PARAMETERS[text]
    if re.fullmatch(r'int\[\d*\]', text):
        return 'IntArrayRef'
    if re.fullmatch(r'int\[\d*\]\?', text):
        return 'OptionalIntArrayRef'
    if match := re.fullmatch(r'float\[(\d+)\](\??)', text):
        return 'optional<ArrayRef<double>>' if match[2] else 'ArrayRef<double>'
    if match := re.fullmatch(r'bool\[(\d+)\]', text):
        return f'std::array<bool,{match[1]}>'
    raise Unknown(text)


def default_text(argument, cpp):
    text = argument.default
    if text == 'None':
        return '{}' if 'Tensor' in cpp else 'nullopt'
    if text in ('True', 'False'):
        return text.lower()
    if text.startswith('['):
        return '{' + text[1:-1].replace('True', 'true').replace('False', 'false') + '}'
    if text.startswith("'") or text.startswith('"'):
        return '"' + text[1:-1] + '"'
    if kind := re.search('ScalarType|MemoryFormat|Layout', cpp):
        return f'static_cast<{kind[0]}>({text})'
    return {'inf': 'INFINITY', '-inf': '-INFINITY'}.get(text, text)


class Parameter:
    def __init__(self, cpp, name, default, values, list_size=None):
        self.cpp, self.name, self.default, self.values, self.list_size = cpp, name, default, values, list_size

    def text(self, with_default=True):
        default = f'={self.default}' if with_default and self.default is not None else ''
        return f'{self.cpp} {self.name}{default}'


def plain_parameter(argument):
    cpp = parameter_type(argument)
    name = argument.name + '_' if argument.name in KEYWORDS else argument.name
    size = re.search(r'int\[(\d+)\]', argument.type)
    repeat = int(size[1]) if size and int(size[1]) > 1 else 0
    value = f'repeat({name}, {repeat})' if repeat else f'add({name})'
    default = None if argument.default is None else default_text(argument, cpp)
    return Parameter(cpp, name, default, [(argument, value)])


def parameters_of(schema):
    """In C++ order, with the four that make TensorOptions as one."""
    arguments = [a for a in schema.arguments if a not in schema.outs]
    result, i = [], 0
    while i < len(arguments):
        if [a.name for a in arguments[i:i + 4]] == OPTIONS:
            group = arguments[i:i + 4]
            values = ['add(options)', '', '', '']
            default = '{}' if all(a.default is not None for a in group) else None
            result.append(Parameter('TensorOptions', 'options', default, list(zip(group, values))))
            i += 4
        else:
            result.append(plain_parameter(arguments[i]))
            i += 1
    seen_default = True
    for parameter in reversed(result):  # what stands before one without a default has none
        if parameter.default is None:
            seen_default = False
        elif not seen_default:
            parameter.default = None
    return result


def result_type(schema):
    results = schema.returns
    if not results:
        return 'void'
    try:
        kinds = [RESULTS[r] for r in results]
    except KeyError as missing:
        raise Unknown(str(missing)) from missing
    if schema.name in ('aten::result_type', 'aten::promote_types'):
        return 'ScalarType'
    return kinds[0] if len(kinds) == 1 else f'std::tuple<{",".join(kinds)}>'
