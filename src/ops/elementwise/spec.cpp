#include "ops/elementwise/spec.h"

namespace heddle::ops {
namespace {

template <class Operator>
Result<Tensor> finish(const Operator& op, Iterator& it, const void* context) {
  if (op.result) it.output_dtype(*op.result);
  HEDDLE_TRY(it.build(op.promote));
  HEDDLE_TRY(it.run(op.loops, op.name, context));
  return it.result();
}

}  // namespace

Result<Tensor> run_unary(const UnaryOperator& op, const Tensor& self, const Out& out, const void* context) {
  Iterator it;
  it.output(out).input(self);
  return finish(op, it, context);
}

Result<Tensor> run_binary(const BinaryOperator& op, const Tensor& a, const Tensor& b, const Out& out,
                          const void* context) {
  Iterator it;
  it.output(out).input(a).input(b);
  return finish(op, it, context);
}

Result<Tensor> run_binary(const BinaryOperator& op, const Tensor& a, const Scalar& b, const Out& out,
                          const void* context) {
  Iterator it;
  it.output(out).input(a).number(b);
  return finish(op, it, context);
}

Result<Tensor> run_binary(const BinaryOperator& op, const Scalar& a, const Tensor& b, const Out& out,
                          const void* context) {
  Iterator it;
  it.output(out).number(a).input(b);
  return finish(op, it, context);
}

}  // namespace heddle::ops
