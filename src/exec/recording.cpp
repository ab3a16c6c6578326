#include "exec/recording.h"

#include <array>

#include "core/boxes.h"

namespace heddle::exec {
namespace {

using code::Code;
using code::Inst;

// Tensors of a call as words of a payload; what does not fit is left out.
class Payload {
 public:
  void add(const IValue& value, trace::TensorRole role) {
    if (value.is_tensor()) {
      add(value.as_tensor(), role);
    } else if (value.is_list()) {
      for (const IValue& item : value.as_list().items) {
        if (!item.is_tensor()) return;
        add(item.as_tensor(), role);
      }
    }
  }
  int64_t& operator[](trace::OperatorWords word) { return words_[word]; }
  // Of all the tensors, those left out too.
  double bytes() const { return bytes_; }
  std::span<const int64_t> words() const { return std::span(words_).first(count_); }

 private:
  void add(const Tensor& tensor, trace::TensorRole role) {
    if (!tensor.defined()) return;
    const auto& sizes = tensor.sizes();
    bytes_ += static_cast<double>(tensor.numel() * element_size(tensor.dtype()));
    if (count_ + 1 + sizes.size() > words_.size()) return;
    words_[count_++] = trace::pack_tensor(role, static_cast<uint8_t>(tensor.dtype()), sizes.size());
    for (const int64_t size : sizes) words_[count_++] = size;
  }

  std::array<int64_t, 64> words_;
  size_t count_ = trace::kOperatorWordCount;
  double bytes_ = 0;
};

std::string operator_name(const schema::FunctionSchema& schema) {
  return schema.overload.empty() ? schema.name : concat(schema.name, ".", schema.overload);
}

std::string_view without_blanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

std::string line_of(const SourceRange& range) {
  const std::string_view text = range.source->text();
  const size_t at = std::min<size_t>(range.begin, text.size());
  const size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const size_t first = before == std::string_view::npos ? 0 : before + 1;
  return std::string(without_blanks(text.substr(first, text.find('\n', first) - first)));
}

trace::Label describe_operator(const trace::Site& site) {
  const auto& code = static_cast<const Code&>(*site.keep);
  const auto& inst = *static_cast<const Inst*>(site.address);
  trace::Label label;
  label.name = operator_name(code.operators[inst.a]->schema);
  label.function = label.code = label.owner = code.name;
  const code::Place* const place = code.places[static_cast<size_t>(&inst - code.insts.data())].get();
  if (!place) return label;
  label.function = place->function;
  if (place->range.known()) {
    const SourceRange original = place->range.original();
    const SourceRange& range = original.known() ? original : place->range;
    label.place = concat(range.source->name(), ":", range.line());
    label.text = line_of(range);
  }
  for (const code::Place* at = place; at && label.module.empty(); at = at->caller.get()) {
    label.module = at->module;
    if (!label.module.empty()) label.owner = at->function;
  }
  return label;
}

trace::Label describe_function(const trace::Site& site) {
  trace::Label label;
  label.name = label.function = label.code = label.owner = static_cast<const Code&>(*site.keep).name;
  return label;
}

uint32_t function_label(trace::Writer& writer, const Ref<const Code>& code) {
  return writer.label(code.get(), [&] { return trace::Site{code.get(), code, describe_function}; });
}

Profile::Row row_of(const Code& code, const Inst& inst) {
  Profile::Row row;
  row.name = operator_name(code.operators[inst.a]->schema);
  row.place = place_text(code, &inst);
  return row;
}

}  // namespace

Status call_recorded(const Code& code, const Inst& inst, IValue* registers, const uint32_t* list, Profile* profile) {
  Payload payload;
  for (uint32_t i = 0; i < inst.b; ++i) payload.add(registers[list[i]], trace::TensorRole::kInput);
  const int64_t allocated = trace::t_allocated;
  trace::t_note = {};
  const int64_t begin = trace::now();
  Status status = run_operator(code, inst, registers, list);
  const int64_t end = trace::now();
  if (status.ok()) {
    for (uint32_t i = 0; i < inst.c; ++i) payload.add(registers[list[inst.b + i]], trace::TensorRole::kOutput);
  }
  drop_operands(inst, registers, list);
  if (profile) {
    const Profile::Call call = {std::chrono::nanoseconds(end - begin), trace::t_note.operations, payload.bytes(),
                                trace::t_note.implementation};
    profile->add(&inst, call, [&] { return row_of(code, inst); });
  }
  if (trace::Writer writer; writer) {
    payload[trace::kBytesAllocated] = trace::t_allocated - allocated;
    payload[trace::kOperations] = static_cast<int64_t>(trace::t_note.operations);
    payload[trace::kImplementation] = reinterpret_cast<int64_t>(trace::t_note.implementation);
    const auto make_site = [&] { return trace::Site{&inst, Ref<const Code>::share(&code), describe_operator}; };
    writer.record({.begin = begin,
                   .end = end,
                   .id = trace::t_invocation,
                   .label = writer.label(&inst, make_site),
                   .kind = trace::Kind::kOperator,
                   .detail = static_cast<uint8_t>(status.ok() ? 0 : 1)},
                  payload.words());
  }
  return status;
}

void record_fork(uint64_t task, const Ref<const Code>& code) {
  trace::Writer writer;
  const int64_t time = trace::now();
  writer.record({.begin = time,
                 .end = time,
                 .id = task,
                 .other = trace::t_invocation,
                 .label = function_label(writer, code),
                 .kind = trace::Kind::kFork});
}

void record_stretch(int64_t begin, uint64_t invocation, uint8_t stretch, const Ref<const Code>& code) {
  trace::Writer writer;
  writer.record({.begin = begin,
                 .end = trace::now(),
                 .id = invocation,
                 .label = function_label(writer, code),
                 .kind = trace::Kind::kTask,
                 .detail = stretch});
}

void record_wait(int64_t begin, uint64_t invocation, uint64_t awaited, trace::WaitKind kind) {
  trace::Writer().record({.begin = begin,
                          .end = trace::now(),
                          .id = invocation,
                          .other = awaited,
                          .kind = trace::Kind::kWait,
                          .detail = kind});
}

void record_passed_wait(FutureValue& future) {
  record_wait(trace::now(), trace::t_invocation, Invocation::trace_id_of(future), trace::kRanItHere);
}

void record_call(int64_t begin, uint64_t invocation, const Ref<const Code>& code) {
  trace::Writer writer;
  writer.record({.begin = begin,
                 .end = trace::now(),
                 .id = invocation,
                 .label = function_label(writer, code),
                 .kind = trace::Kind::kCall});
}

}  // namespace heddle::exec
