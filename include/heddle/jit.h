// Loading and running TorchScript archives.
//
//   heddle::jit::Module model = heddle::jit::load("model.pt");
//   heddle::Tensor answer = model.forward({input}).to_tensor();
//
// What nothing in the program changes of a module is constant to its code (weights are packed once, branches on
// `training` are chosen). Assigning an attribute through the API, or asking for tensors (parameters(), attr(), ...),
// which the caller might write, ends that for the module and its copies: they go on with general code. freeze() makes
// such code again.
//
// A Module may be run from any number of threads at once. Where the model assigns its own attributes, each is read and
// written whole, and which call's value is seen is chance; clone() gives a caller its own state over the same weights.
// All functions throw heddle::Error.
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/load_limits.h"
#include "core/boxes.h"
#include "core/future.h"
#include "core/ivalue.h"
#include "core/profile.h"
#include "heddle/error.h"
#include "heddle/policy.h"

namespace heddle::jit {

using ExtraFiles = std::map<std::string, std::string>;
using KeywordArguments = std::vector<std::pair<std::string, IValue>>;

class Future;

// An IValue with accessors that check: the wrong one throws Error (kType) naming both types.
class Value : public IValue {
 public:
  using IValue::IValue;
  Value() = default;
  Value(IValue value) : IValue(std::move(value)) {}
  Tensor to_tensor() const;
  int64_t to_int() const;
  double to_double() const;  // from an int too
  bool to_bool() const;
  std::string to_string() const;
  std::vector<Value> to_list() const;
  std::vector<Value> to_tuple() const;
  std::vector<Tensor> to_tensor_list() const;
  std::vector<std::pair<Value, Value>> to_dict() const;
  Future to_future() const;
};

// A value that will be there later: the result of forward_async, a Future a model returns, or a promise of yours that a
// model may be given. PyTorch's ivalue::Future. Copies are the same Future; any thread may use it.
class Future {
 public:
  explicit Future(Ref<FutureValue> future) : future_(std::move(future)) {}
  // One that complete() or fail() will complete.
  static Future promise(TypePtr type = types::any());

  bool completed() const;
  bool has_error() const;
  // Waits for the value, running its task on this thread where no other has begun it; throws the task's error if it
  // failed. In a callback, the pool's other tasks go on meanwhile.
  Value wait() const;
  // False: the time came first.
  bool wait_until(std::chrono::steady_clock::time_point time) const;
  // The value, once completed; throws the error if it failed.
  Value value() const;
  // The Future of what f makes of this one. f runs on the thread that completes this Future, at once when it is
  // completed; what it throws becomes the error of the new Future.
  Future then(std::function<Value(Future)> f) const;
  // f runs as in then(); what it throws is printed to standard error.
  void add_callback(std::function<void(Future)> f) const;

  // False, and nothing changes: it was completed already.
  bool complete(IValue value) const;
  bool fail(const std::string& message) const;
  const Ref<FutureValue>& ref() const { return future_; }

 private:
  Ref<FutureValue> future_;
};

// How one call runs, with all it forks.
struct RunOptions {
  // Ends the call, and what it has forked, with an Error of kCancelled: at once where it waits, otherwise after the
  // operator that runs.
  std::stop_token stop{};
  // The same, when this time has come.
  std::optional<std::chrono::steady_clock::time_point> deadline{};
  // At most so many intra-op threads for each operator; 0: as many as there are.
  int thread_limit = 0;
  // Hears how long each operator of the call, and of what it forks, takes; null: nobody.
  Ref<Profile> profile{};
  // Reaching one of these limits is an Error of kLimit; all the call held is freed, and other calls go on.
  //
  // Bytes of tensors that the call and what it forks may hold at once; 0: any. What it is given does not count, nor do
  // weights it packs for later calls; what it returns counts only as long as it runs.
  uint64_t memory_limit = 0;
  // TorchScript calls inside each other, of the call and of each task it forks.
  uint64_t recursion_limit = 10'000;
  // Tasks that the call and its tasks have forked and that have not ended.
  uint64_t fork_limit = 100'000;
  // Take an argument of another type as a call of PyTorch's Python does: a tensor of one element, a bool or a number
  // for a bool or number, a text for a device, also within lists, dicts and tuples. Without it they are Errors of
  // kType, as in libtorch.
  bool convert_arguments = false;
};

// A class with __setstate__ has code of the model rebuild its objects while the model loads: quantised modules do.
enum class SetState {
  // Runs it where it, and all it can reach, names no operator of the families random, process, print, fork, custom and
  // file; for a minute at most, within LoadLimits::memory_bytes. Otherwise PolicyError.
  kPure,
  kRefuse,  // PolicyError
  kRun,     // runs it without looking
};

struct MissingOperator {
  std::string name;                 // "aten::new_operator"
  std::vector<std::string> places;  // "__torch__.M.forward, code/__torch__.py:12"
};

struct LoadOptions {
  // Names of files under extra/ to read; filled in by load().
  ExtraFiles* extra_files = nullptr;
  // Run the optimising passes. Results are the same without, only later.
  bool optimize = true;
  // Names of optimising passes to leave out, to find the one that does harm: "constants", "freeze", ... kNotFound lists
  // them all when there is none of a name.
  std::vector<std::string> without_passes;
  // Refuse a model that names an operator Heddle lacks, even in a branch that may never run.
  bool strict = false;
  // torch.jit.load's map_location; only the CPU computes here. Without it, a model whose code names another device, as
  // a trace made there does, is warned of; with it, the same happens in silence: its tensors and constants are on the
  // CPU.
  std::optional<Device> map_location{};
  // Which operators the model may name: all its methods and hooks are compiled and looked over before any code of it
  // runs; PolicyError names those denied. Without one, all are allowed.
  std::optional<OperatorPolicy> policy{};
  SetState setstate = SetState::kPure;
  // What the load may take; an Error of kLimit names the one it reaches.
  LoadLimits limits{};
  // Hears about what is odd but no error; called on the loading thread. Default: standard error.
  std::function<void(const std::string& message)> warn;
};

class Module;

// A method bound to its module, or a function of a CompilationUnit. `program` is what owns the code.
class Method {
 public:
  Method(IValue object, Ref<Callable> function, Ref<RefCounted> program)
      : object_(std::move(object)), function_(std::move(function)), program_(std::move(program)) {}
  Value operator()(std::vector<IValue> arguments, const KeywordArguments& keywords = {},
                   const RunOptions& options = {}) const;
  // In the inter-op pool; returns at once.
  Future run_async(std::vector<IValue> arguments, const KeywordArguments& keywords = {},
                   const RunOptions& options = {}) const;
  std::string name() const;
  // "forward(__torch__.M self, Tensor x) -> Tensor"
  std::string schema() const;
  // Number of arguments without self, and of those a caller must give.
  size_t argument_count() const;
  size_t required_argument_count() const;
  std::string argument_name(size_t i) const;
  TypePtr argument_type(size_t i) const;
  // Its definition as the archive, or the text it was compiled from, has it: "def forward(self, ...". PyTorch's `code`.
  std::string source() const;
  // The graph as loaded, or as optimised; and the code that runs: texts for people.
  std::string graph(bool optimized = false) const;
  std::string code_listing() const;
  const Ref<Callable>& function() const { return function_; }

 private:
  size_t self_count() const { return object_.is_object() ? 1 : 0; }

  IValue object_;  // None for a function
  Ref<Callable> function_;
  Ref<RefCounted> program_;
};

class Module {
 public:
  Module() = default;
  explicit Module(IValue object) : object_(std::move(object)) {}

  Value forward(std::vector<IValue> arguments, const KeywordArguments& keywords = {},
                const RunOptions& options = {}) const;
  Value operator()(std::vector<IValue> arguments, const KeywordArguments& keywords = {},
                   const RunOptions& options = {}) const {
    return forward(std::move(arguments), keywords, options);
  }
  Future forward_async(std::vector<IValue> arguments, const KeywordArguments& keywords = {},
                       const RunOptions& options = {}) const;
  // At most so many intra-op threads for each operator in all later calls of the model this module was loaded with, its
  // copies too; 0: as many as there are.
  void set_thread_limit(int count) const;
  template <class... A>
  Value run_method(const std::string& name, A&&... arguments) const {
    return get_method(name)({IValue(std::forward<A>(arguments))...});
  }

  Method get_method(const std::string& name) const;  // kNotFound lists the methods there are
  std::optional<Method> find_method(const std::string& name) const;
  std::vector<Method> get_methods() const;

  Value attr(const std::string& name) const;
  Value attr(const std::string& name, IValue otherwise) const;
  bool hasattr(const std::string& name) const;
  // Calls that run meanwhile see the old value or the new one; the first setattr of a class must not be during a call.
  void setattr(const std::string& name, IValue value) const;

  template <class T>
  using Named = std::vector<std::pair<std::string, T>>;
  Named<Tensor> named_parameters(bool recurse = true) const;
  Named<Tensor> named_buffers(bool recurse = true) const;
  Named<Value> named_attributes(bool recurse = true) const;
  Named<Module> named_children() const;
  Named<Module> named_modules() const;  // itself first, under the empty name
  std::vector<Tensor> parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;

  void train(bool on = true) const;
  void eval() const { train(false); }
  bool is_training() const;

  // Its own attributes over shared tensors; and with tensors of its own.
  Module copy() const;
  Module deepcopy() const;
  Module clone() const { return copy(); }

  // torch.jit.save: writes an archive, which PyTorch loads too: the code as it was loaded, attributes as they are now,
  // and the extra files. A file appears whole or not at all. Throws Error: kUnsupported for a module that was not
  // loaded and for values that archives do not hold, packed weights of quantised layers among them; kRuntime when the
  // file cannot be written. Nobody may change the module meanwhile.
  void save(const std::string& path, const ExtraFiles& extra_files = {}) const;
  void save(std::ostream& out, const ExtraFiles& extra_files = {}) const;

  // "__torch__.M"
  std::string type_name() const;
  // Operators the model names that Heddle does not have.
  std::vector<MissingOperator> missing_operators() const;
  const IValue& object() const { return object_; }

 private:
  IValue object_;
};

// From a file, which is mapped and stays mapped while a tensor looks into it; a buffer (copied); a stream (read to its
// end). Errors: kNotFound, kBadArchive, kSyntax, kUnsupported, each naming the file, what is wrong and what was
// expected; kLimit; PolicyError.
Module load(const std::string& path, const LoadOptions& options = {});
Module load(std::istream& stream, const LoadOptions& options = {});
Module load(const void* data, size_t size, const LoadOptions& options = {});

// A module over the same tensors whose code takes everything for constant that its methods do not change themselves:
// torch.jit.freeze. Tensors asked of it later are not to be written. The module's own attributes stay readable.
Module freeze(const Module& module);
// The same: torch.jit.optimize_for_inference.
inline Module optimize_for_inference(const Module& module) { return freeze(module); }

// Where print() of TorchScript writes, a line with its end at a time, as torch::jit::setPrintHandler has it:
// print_to_stdout unless set. Called on the threads that run models, several at once; must not throw.
using PrintHandler = void (*)(const std::string& line);
void print_to_stdout(const std::string& line);
void set_print_handler(PrintHandler handler);
PrintHandler print_handler();

// TorchScript source written by a person: functions and classes.
class CompilationUnit {
 public:
  explicit CompilationUnit(const std::string& source);
  Value run_method(const std::string& function, std::vector<IValue> arguments,
                   const KeywordArguments& keywords = {}) const;
  Method get_function(const std::string& name) const;
  std::vector<std::string> function_names() const;

 private:
  Ref<RefCounted> program_;
};

}  // namespace heddle::jit
