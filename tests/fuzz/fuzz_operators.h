// The operators of the fuzz programs that compile: enough of them for overloads, containers, writes and tasks.
#pragma once

#include "schema/operator_table.h"

namespace heddle::fuzz {

inline void install_operators() {
  static const bool once = [] {
    schema::TableBuilder table;
    for (const char* text : {
             "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor",
             "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor",
             "aten::add.int(int a, int b) -> int",
             "aten::add.str(str a, str b) -> str",
             "aten::add.t(t[] a, t[] b) -> t[]",
             "aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!)",
             "aten::sub.int(int a, int b) -> int",
             "aten::mul.Tensor(Tensor self, Tensor other) -> Tensor",
             "aten::mul.int(int a, int b) -> int",
             "aten::neg.int(int a) -> int",
             "aten::lt.int(int a, int b) -> bool",
             "aten::gt.int(int a, int b) -> bool",
             "aten::eq.int(int a, int b) -> bool",
             "aten::__not__(bool self) -> bool",
             "aten::__is__(t1 self, t2 obj) -> bool",
             "aten::__isnot__(t1 self, t2 obj) -> bool",
             "aten::Bool.Tensor(Tensor a) -> bool",
             "aten::Int.Tensor(Tensor a) -> int",
             "aten::IntImplicit(Tensor a) -> int",
             "aten::FloatImplicit(Tensor a) -> float",
             "aten::len.t(t[] a) -> int",
             "aten::append.t(t[](a!) self, t(c -> *) el) -> t[](a!)",
             "aten::__getitem__.t(t[](a) list, int idx) -> t(*)",
             "aten::_set_item.t(t[](a!) l, int idx, t(b -> *) el) -> t[](a!)",
             "aten::__getitem__.Dict_str(Dict(str, t) self, str key) -> t(*)",
             "aten::_set_item.str(Dict(str, t)(a!) l, str(b -> *) idx, t(c -> *) v) -> ()",
             "aten::keys.str(Dict(str, t) self) -> str[](*)",
             "aten::slice.t(t[] l, int? start=None, int? end=None, int step=1) -> t[]",
             "aten::select.int(Tensor(a) self, int dim, int index) -> Tensor(a)",
             "aten::slice.Tensor(Tensor(a) self, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor(a)",
             "aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
             "aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)",
             "aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
             "aten::relu(Tensor self) -> Tensor",
             "aten::size(Tensor self) -> int[]",
             "aten::format(str self, ...) -> str",
             "aten::str(t elem) -> str",
             "aten::__range_length(int lo, int hi, int step) -> int",
             "aten::__derive_index(int index, int start, int step) -> int",
             "prim::tolist(Tensor self, int dims, int element) -> Any",
         }) {
      table.add(text, nullptr);
    }
    schema::install_operators(std::move(table.build()).value());
    return true;
  }();
  (void)once;
}

}  // namespace heddle::fuzz
