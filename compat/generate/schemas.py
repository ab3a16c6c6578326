"""Reads the list that `heddle ops` prints: the schemas of the operator table."""
import re


class Argument:
    def __init__(self, type_text, name, default, kwarg_only, written):
        self.type, self.name, self.default = type_text, name, default
        self.kwarg_only, self.written = kwarg_only, written


class Schema:
    def __init__(self, name, overload, arguments, returns):
        self.name, self.overload, self.arguments, self.returns = name, overload, arguments, returns
        self.outs = [a for a in arguments if a.written and a.kwarg_only]


def split_top(text):
    """Parts between the commas that lie in no bracket."""
    parts, depth, quoted, part = [], 0, False, ''
    for c in text:
        quoted ^= c == "'"
        depth += 0 if quoted else (c in '([') - (c in ')]')
        if c == ',' and depth == 0 and not quoted:
            parts.append(part.strip())
            part = ''
        else:
            part += c
    return parts + [part.strip()] if part.strip() else parts


ALIAS = re.compile(r'\([a-z*](!)?( -> [*a-z|]+)?\)')


def read_argument(text, kwarg_only):
    written = bool(re.search(r'\([a-z]!', text))
    text = ALIAS.sub('', text)
    declared, _, default = text.partition('=')
    type_text, _, name = declared.strip().rpartition(' ')
    return Argument(type_text.strip(), name, default if '=' in text else None, kwarg_only, written)


def read_returns(text):
    text = ALIAS.sub('', text).strip()
    inside = text[1:-1] if text.startswith('(') else text
    return [part.split(' ')[0] for part in split_top(inside)]


def read_schema(line):
    match = re.match(r'([\w:]+)(?:\.(\w+))?\((.*)\) -> (.*)$', line)
    if not match:
        return None
    name, overload, arguments, returns = match.groups()
    read, kwarg_only = [], False
    for text in split_top(arguments):
        if text == '*':
            kwarg_only = True
        elif text == '...':
            return None
        else:
            read.append(read_argument(text, kwarg_only))
    return Schema(name, overload or '', read, read_returns(returns))


def read_schemas(path):
    with open(path, encoding='utf-8') as lines:
        read = [read_schema(line.rstrip('\n')) for line in lines if line[:1].isalpha() or line[:1] == '_']
    return [schema for schema in read if schema]
