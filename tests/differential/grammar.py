"""What expressions and in-place writes are made of: templates with a slot for each operand.

{T} a tensor expression, {v} a tensor variable, {M} a place that can be written (a variable or a view of one), {I} {F} {B} {S}
expressions of int, float, bool and str, {N} a number, {d} a dimension. A template whose slots do not fit (shapes, dtypes) is
found out by trying it on samples.
"""

# Functions whose results are exact for small multiples of a quarter, or change little when their operands do.
TENSOR = """
-{T}|abs({T})|{T}.abs()|{T}.neg()|{T}.relu()|torch.relu({T})|F.relu({T})|F.relu6({T})|{T}.clone()|{T}.detach()|{T}.contiguous()
{T}.t()|{T}.transpose(0, 1)|{T}.transpose(-1, -2)|{T}.unsqueeze({d})|{T}.squeeze({d})|{T}.squeeze()|{T}.flatten()|{T}.view(-1)
{T}.reshape(-1)|{T}.view(3, 2)|{T}.reshape(3, 2)|{T}.view([2, 3])|{T}.expand(2, 3)|{T}.expand([2, 2, 3])|{T}.expand_as({T})
{T}.view_as({T})|{T}.reshape_as({T})|{T}.permute(1, 0)|{T}.movedim(0, 1)|{T}.select({d}, 0)|{T}.narrow({d}, 0, 1)|{T}.unfold(-1, 2, 1)
{T}.diagonal()|{T}.unbind({d})[0]|{T}.chunk(2, {d})[0]|{T}.split(1, {d})[1]|torch.split({T}, [1, 1], {d})[0]|{T}.T|{T}.data
{T}[0]|{T}[-1]|{T}[{I}]|{T}[:, 0]|{T}[..., 1:]|{T}[::2]|{T}[None]|{T}[1:]|{T}[:, None]|{T}[:, :2]|{T}[0, 1]|{T}[..., -1]
{T}[torch.tensor([1, 0])]|{T}[{T} > 0]|{T}[[0, 1]]|{T}[:, torch.tensor([1, 0])]|{T}.index_select(0, torch.tensor([1, 0, 1]))
{T}.sum()|{T}.sum({d})|{T}.sum({d}, keepdim=True)|{T}.sum([0, 1])|{T}.max()|{T}.min()|{T}.amax({d})|{T}.max({d})[0]|{T}.cumsum({d})
{T}.flip([{d}])|{T}.roll(1, {d})|{T}.repeat(2, 1)|{T}.tril()|{T}.triu()|torch.sort({T}, {d})[0]|{T}.topk(1)[0]
{T}.to(torch.float64)|{T}.float()|{T}.double()|{T}.to(torch.float32)|{T}.type_as({T})|{T}.to({T})|{T}.to(torch.float64, copy=True)
torch.zeros_like({T})|torch.ones_like({T})|torch.full_like({T}, {N})|torch.zeros([2, 3])|torch.ones(3)|torch.full([2, 3], {F})
torch.zeros([{I}, 3])|torch.ones([2, 3], dtype=torch.int64)|torch.arange(3)|torch.arange(6.0).view(2, 3)|torch.arange(0, 6, 2)
torch.tensor({F})|torch.tensor([{I}, {I}, {I}])|torch.tensor({I})|torch.tensor([[{F}, 1.0], [2.0, {F}]])|{T}.new_zeros([2, 3])
torch.scalar_tensor({F})|torch.eye(3)|torch.linspace(0, 4, 3)
{T}.clamp(min={N})|{T}.clamp(-2, 2)|torch.clamp({T}, max={N})|{T}.clamp_max(2)|F.dropout({T}, 0.5, False)|F.hardtanh({T})
{T} + {T}|{T} - {T}|{T} * {T}|{T} + {N}|{T} - {N}|{N} - {T}|{N} * {T}|{T} * {N}|{T} / 2|torch.add({T}, {T}, alpha=2)|{T}.add({T})
{T}.sub({T}, alpha=2)|torch.mul({T}, {T})|{T}.mul({N})|{T}.rsub({N})|torch.maximum({T}, {T})|torch.minimum({T}, {T})
torch.cat([{T}, {T}])|torch.cat([{T}, {T}], {d})|torch.stack([{T}, {T}])|torch.stack([{T}, {T}, {T}], 1)|torch.cat({L})|torch.stack({L}, -1)
{T}.matmul({T})|{T} @ {T}.t()|torch.mm({T}, {T}.t())|torch.outer({T}, {T})|torch.addmm({T}, {T}, {T}.t())|torch.dot({T}, {T})
torch.addcmul({T}, {T}, {T})|torch.addcmul({T}, {T}, {T}, value=2)|{T}.pow(2)|{T} ** 2|torch.square({T})|{T}.masked_fill({T} > 0, {N})
torch.where({B}, {T}, {T})|({T} if {B} else {T})|F.pad({T}, [1, 1])|torch.broadcast_tensors({T}, {T})[0]|torch.meshgrid({T}, {T})[0]
torch.empty_like({T}).fill_({N})|{T}.clone().add_({T})|{T}.add_({T})|{T}.mul_({N})|{T}.zero_()|{T}.view(-1).fill_({N})
torch.atleast_2d({T})|torch.flatten({T})|torch.narrow({T}, 0, 0, 1)|torch.transpose({T}, 0, 1)|torch.unsqueeze({T}, 0)|{T}.numel() * {T}
F.embedding(torch.tensor([0, 1, 1]), {T})|F.one_hot(torch.tensor([0, 2, 1]), 3)|torch.tensordot({T}, {T}, dims=1)|torch.einsum('ij->ji', [{T}])
"""

# Exact for small multiples of a quarter, but jumping.
EXACT = """
{T}.sign()|{T}.floor()|{T}.trunc()|{T}.ceil()|{T}.round()|{T}.logical_not()|{T} == {T}|{T} < {T}|{T} >= {N}|{T} != {T}|{T}.eq({N})
torch.where({T} > {T}, {T}, {T})|torch.where({T} > {N}, {T}, {T})|{T}.logical_and({T})|{T} & {T}|{T} ^ {T}|~{T}|{T} | {T}
torch.div({T}, 2, rounding_mode='floor')|{T} // 2|{T} % 3|torch.fmod({T}, 2)|{T}.to(torch.int64)|{T}.int()|{T}.long()|{T}.bool()
{T}.argmax()|{T}.argmin({d})|{T}.any()|{T}.all()|{T}.any({d})|{T}.prod({d})|torch.gt({T}, {N})|{T}.nonzero()|{T}.to(torch.uint8)
{T}.to(torch.bool)|torch.isnan({T})|torch.bitwise_not({T})|{T}.to(torch.int32)|{T}.count_nonzero()
torch.remainder({T}, 2)|{T}.ne({T})|{T}.max({d})[1]|{T}.long() << 1|torch.bucketize({T}, torch.tensor([-1.0, 0.0, 1.0]))
"""

SMOOTH = """
torch.tanh({T})|{T}.sigmoid()|F.gelu({T})|F.silu({T})|F.elu({T})|F.leaky_relu({T}, 0.1)|F.hardswish({T})|F.hardsigmoid({T})|F.softplus({T})
{T}.softmax({d})|F.log_softmax({T}, {d})|{T}.mean()|{T}.mean({d})|{T}.mean({d}, keepdim=True)|{T}.std()|{T}.var({d})|{T}.norm()
F.layer_norm({T}, [3])|torch.rsqrt({T}.abs() + 1)|torch.sin({T})|torch.cos({T})|torch.erf({T})|{T} / ({T}.abs() + 1)|{T} / 3
torch.exp(-{T}.abs())|torch.log({T}.abs() + 1)|torch.sqrt({T}.abs())|torch.logsumexp({T}, {d})|F.mish({T})|{T}.abs().pow(0.5)
torch.bmm({T}, {T}.transpose(1, 2))|torch.baddbmm({T}, {T}, {T})|F.linear({T}, {T})|F.linear({T}, {T}, {T})|torch.lerp({T}, {T}, 0.5)
F.avg_pool2d({T}, 2)|F.max_pool2d({T}, 2)|F.adaptive_avg_pool2d({T}, [1, 1])|F.interpolate({T}, scale_factor=2.0)|{T}.flatten(1)
F.conv2d({T}, {T}, None, 1, 1)|F.batch_norm({T}, torch.ones(4), torch.ones(4))|F.normalize({T}, dim=-1)|torch.atan2({T}, {T}.abs() + 1)
"""

PLACE = """
{v}|{v}|{v}[0]|{v}[:, 1:]|{v}[..., 0]|{v}[1:]|{v}.t()|{v}.view(-1)|{v}.select(0, 0)|{v}.narrow(0, 0, 1)|{v}.unsqueeze(0)|{v}.detach()
{v}.transpose(0, 1)|{v}[-1]|{v}[None]|{v}.squeeze(0)|{v}.flatten()|{v}.reshape(-1)|{v}.contiguous()|{v}.unbind(0)[0]|{v}.data
{v}.chunk(2, -1)[0]|{v}.expand_as({v})|{v}.to(torch.float32)|{v}.permute(1, 0)|{v}.diagonal()|{v}[::2]|{v}.view_as({v})|{v}.float()
torch.transpose({v}, 0, 1)|torch.reshape({v}, [-1])|({v} if {B} else {v})|F.dropout({v}, 0.5, False)|{v}.expand(2, 3)|{L}[0]|{L}[-1]
"""

# Statements that write in place.
WRITE = """
{M}.add_({T})|{M}.add_({N})|{M}.sub_({T})|{M}.mul_({N})|{M}.mul_({T})|{M}.copy_({T})|{M}.fill_({N})|{M}.zero_()|{M}.relu_()|{M}.neg_()
{M}.clamp_(min={N})|{M}.clamp_(-2, 2)|{M}.abs_()|{M}.masked_fill_({T} > 0, {N})|{M}.add_({T}, alpha=2)|F.relu({M}, inplace=True)
F.relu_({M})|torch.add({T}, {T}, out={v})|torch.cumsum({T}, 0, out={v})|{M}.addcmul_({T}, {T})|F.hardtanh({M}, -1.0, 1.0, inplace=True)
{M}.index_add_(0, torch.tensor([0, 1]), {T})|{M}.index_fill_(0, torch.tensor([0]), {N})|{M}.index_copy_(0, torch.tensor([1, 0]), {T})
{M}.scatter_(0, torch.zeros([1, 3], dtype=torch.int64), {N})|{M}.tril_()|{M}.pow_(2)|F.threshold({M}, 0.5, 0.0, inplace=True)
{v}[0] = {T}|{v}[:, 0] = {T}|{v}[{T} > 0] = {N}|{v}[torch.tensor([0, 1])] = {T}|{v}[0, 1] = {N}|{v}[1] += {T}
{v} += {T}|{v} += {N}|{v} -= {T}|{v} *= {N}|{v}[{I}] = {T}|{v}[:] = {T}|{v}[:, 1:] *= {N}|{v}[0][1] = {N}|{v}.t()[0] = {T}
{v}.t_()|{v}.unsqueeze_(0)|{v}.squeeze_()|{v}.transpose_(0, 1)|{v}.swapaxes_(0, 1)
"""

SMOOTH_WRITE = """
{M}.tanh_()|{M}.sigmoid_()|F.elu({M}, inplace=True)|F.silu({M}, inplace=True)|F.leaky_relu_({M}, 0.1)|F.hardswish({M}, inplace=True)
{M}.div_(3)|F.relu6({M}, inplace=True)|torch.addmm({T}, {T}, {T}, out={v})
"""

INT = """
{I} + {I}|{I} - {I}|{I} * 2|{I} // 2|{I} % 3|-{I}|abs({I})|min({I}, {I})|max({I}, {I})|{T}.dim()|{T}.size(0)|{T}.size(-1)|{T}.numel()
len({L})|len({S})|{T}.shape[0]|{I} & 3|{I} | 1|int({F})|int({B})|({I} if {B} else {I})|len({T}.size())|{v}.storage_offset()
{K}[0]|{K}[-1]|len({K})|sum({K})|ord('a') + {I}|{S}.find('a')|{T}.stride(0)|max({K})|{I} // ({I} - {I})|int('12')|divmod({I}, 3)[1]
"""
EXACT_INT = "int({T}.sum())|int({T}.max())|int({v}[0, 0])|{T}.argmax().item()|int({T}.long().sum().item())"
FLOAT = """
{F} + {F}|{F} - {F}|{F} * 0.5|float({I})|{I} / 2|{I} * 0.5|-{F}|abs({F})|min({F}, {F})|max({F}, 1.0)|({F} if {B} else {F})|{I} / {I}
{F} // 2.0|{F} % 2.0|math.floor({F}) * 1.0|float('0.5')|{F} / {F}|{F} ** 2
"""
EXACT_FLOAT = "float({T}.sum())|float({v}[0, 0])|float({T}.max())"
BOOL = """
{I} > {I}|{I} == {I}|{I} != 2|{I} <= {I}|{F} > {F}|{F} <= 0.0|not {B}|{B} and {B}|{B} or {B}|{S} == {S}|{S} in {D}|{S} in {S}|{T}.dim() > 1
{I} in {K}|len({L}) > 1|bool({I})|{T}.is_contiguous()|{T}.size() == {T}.size()|{T}.dtype == torch.float32|{T}.is_floating_point()|{v} is {v}
{K} == {K}|{S} < {S}|{S}.startswith('a')|isinstance({T}, Tensor)|{T}.shape[0] == {I}|len({S}) > 2|{S} != 'ab'
"""
EXACT_BOOL = "bool({T}.sum() > 0)|bool({T}.any())|bool(({T} > {N}).all())|torch.equal({T}, {T})|bool({v}[0, 0] > 0)"
STR = """
{S} + {S}|str({I})|{S}.upper()|{S}[1:]|{S} * 2|'{{}}-{{}}'.format({S}, {I})|{S}.replace('a', 'bc')|'%d' % {I}|str({B})|','.join([{S}, {S}])
{S}[0]|{S}.strip()|({S} if {B} else {S})|{S}[::-1]|'ab'|'xyz'|'a'|'b'|{S}.split('b')[0]|{S}.lower()|{S}[{I}]|str({F})|{S}.join(['a', 'b'])
"""
INTS = """
[{I}, {I}]|[{I}]|{K} + {K}|{K}[1:]|[i + {I} for i in {K}]|list(range({I} % 5))|{T}.size()|{K} * 2|sorted({K})|[i for i in range(3)]|{K}[::-1]|{K}
{K}.copy()|list({K})|[len(s) for s in ['a', 'bb']]
"""
TENSORS = """
[{T}, {T}]|[{v}]|[{v}, {v}]|{L} + {L}|{L}[1:]|[t + 1 for t in {L}]|[t for t in {L}]|{L}|{L}.copy()|torch.unbind({T})|torch.chunk({T}, 2)|list({L})
{T}.split(1)|torch.broadcast_tensors({T}, {T})|[t.t() for t in {L}]|list(torch.unbind({v}, 0))|torch.jit.annotate(List[Tensor], [])
"""
DICT = "{{'a': {T}}}|{{'a': {v}, 'b': {T}}}|{D}|{D}.copy()|{{{S}: {v}}}|dict({D})"

LIST_WRITE = """
{L}.append({v})|{L}.append({T})|{L}[0] = {T}|{L}[-1] = {v}|{L}.pop()|{L}.insert(0, {T})|{L}.reverse()|{L}.extend({L})|{L} += [{v}]|{L}.clear()
{L}[0].add_({T})|{L}[0] += {N}|{L}.pop(0)|{L}[-1][0] = {N}|{L}[{I}] = {T}|torch._foreach_add_({L}, 1.0)
"""
INTS_WRITE = "{K}.append({I})|{K}[0] = {I}|{K}.pop()|{K}.sort()|{K}.reverse()|{K} += [{I}]|{K}.insert(1, {I})|{K}[-1] += {I}|{K}.remove({I})|{K}[0] *= 2"
DICT_WRITE = """
{D}['a'] = {T}|{D}['b'] = {v}|{D}.pop('a')|{D}['a'].add_({T})|{D}['a'] += {N}|{D}[{S}] = {v}|{D}.update({D})|{D}.setdefault('c', {T})|del {D}['a']
{D}.clear()|{D}['a'][0] = {N}
"""
BOX_WRITE = """
{X}.bump({I})|{X}.push({v})|{X}.push({T})|{X}.scale({I})|{X}.tensor = {T}|{X}.tensor = {v}|{X}.number += {I}|{X}.items.append({T})
{X}.tensor.add_({N})|{X}.items[0].mul_({N})|{X}.items = [{v}]|{X}.tensor += {T}|{X}.items = {L}
"""
BOX = "Box({T}, {I})|Box({v}, {I})|{X}|({X} if {B} else {X})"
PAIR = "Pair({T}, {T})|Pair({v}, {v})|Pair({v}, {T})|{P}"

# Parts of other values.
TENSOR_PARTS = "{L}[0]|{L}[-1]|{L}[{I}]|{D}['a']|{D}['b']|{X}.tensor|{X}.push({T})|{X}.items[0]|{P}.left|{P}.right|{P}[0]|{L}.pop()|{D}[{S}]"
INT_PARTS = "{X}.number|{X}.bump({I})|len({X})|len({D})|len({L})"


def split(*texts):
    return [part for text in texts for line in text.strip().splitlines() for part in _parts(line)]


def _parts(line):
    """At the bars between templates: those without a space around them."""
    import re
    return [part for part in re.split(r"(?<! )\|(?! )", line) if part]
