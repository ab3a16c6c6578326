// One loaded archive or compiled source: its functions and types, and how they become code and run. Kept alive by every
// object of its classes. Compiling happens under a lock, any thread; running takes none.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/load_limits.h"
#include "base/result.h"
#include "core/boxes.h"
#include "core/future.h"
#include "exec/exec.h"
#include "heddle/jit.h"
#include "ir/function.h"
#include "passes/freeze.h"

namespace heddle::archive {
class Archive;
}
namespace heddle::code {
class Code;
}

namespace heddle::program {

// The code of an object's methods that is made for this object alone.
struct FrozenMethods;

class Program final : public RefCounted {
 public:
  // `without`: passes to leave out, and "freeze"; names there are. graph_nodes: that one compilation may make.
  explicit Program(std::vector<std::string> without = {}, uint64_t graph_nodes = LoadLimits{}.graph_nodes);
  ~Program() override;

  const Ref<ir::CompilationUnit> unit;
  std::vector<jit::MissingOperator> missing_operators;  // complete once loading is done
  std::shared_ptr<const archive::Archive> source;       // what it was loaded from; null: source text

  // Compiles the callable and everything it may call.
  Status prepare(const Ref<Callable>& callable);
  // Compiles the object's methods for this very object: what nothing changes of it is constant to them, and run() takes
  // them from then on when it is called with this object. With `forever`, reading the object's tensors through the API
  // leaves them in force: the caller has promised not to write into these.
  Status freeze(ObjectValue& object, bool forever);
  // Methods frozen so far rest on attributes, or on tensors, that a person may now have changed: run() goes back to the
  // general code. Any thread.
  void attributes_changed() { ++changes_; }
  void tensors_exposed() { ++exposures_; }

  // One value per parameter, complete. Runs on this thread; what the callable forks runs on the inter-op pool.
  Result<IValue> run(const Ref<Callable>& callable, std::vector<IValue> arguments, exec::CallOptions options = {});
  // On the inter-op pool.
  Ref<FutureValue> run_async(const Ref<Callable>& callable, std::vector<IValue> arguments,
                             exec::CallOptions options = {});
  // For all calls to come; 0: none.
  void set_thread_limit(int count) { thread_limit_.store(count, std::memory_order_relaxed); }

  // The graph as the front end made it, and as the passes leave it.
  // `object`: whose frozen code is shown, where it has some; may be null.
  Result<std::string> graph_text(const Ref<Callable>& callable, bool optimized, const ObjectValue* object);
  Result<std::string> code_text(const Ref<Callable>& callable, const ObjectValue* object);

 private:
  void apply_thread_limit(exec::CallOptions& options) const;
  Result<std::unique_ptr<ir::Graph>> make_graph(ir::Function& function, passes::FrozenModule* module = nullptr) const;
  // Makes code of them, and of all they may call, where there is none; `batch`: what has got some.
  Status compile(std::vector<Ref<Callable>> waiting, std::vector<Ref<Callable>>& batch);
  // The same, and makes them ready; or takes the code away again.
  Status compile_all(std::vector<Ref<Callable>> callables);
  // The attributes that the methods of the object's class, and all they call, may change.
  Result<passes::AttributeSet> changed_attributes(const ObjectValue& object) const;
  // Ends frozen code that rests on what the graph, which is to be run too, may change.
  void note_changes(const ir::Graph& graph);
  // Those of the object, where they are in force; null otherwise. The object may be null.
  const FrozenMethods* frozen_methods(const ObjectValue* object) const;
  // The code to run for these arguments.
  Result<Ref<const code::Code>> code_for(const Ref<Callable>& callable, const std::vector<IValue>& arguments);
  // Methods that a call through an interface may find.
  std::vector<Ref<Callable>> interface_targets(const ir::Graph& graph) const;

  std::mutex mutex_;  // guards compiling: the graphs of all functions, and their code until ready
  const std::vector<std::string> without_;
  const bool freezes_;
  const uint64_t graph_nodes_;
  std::atomic<int> thread_limit_{0};  // relaxed: a number on its own
  passes::AttributeSet relied_on_;    // by the frozen methods of all objects; guarded by mutex_
  // How often each has happened. Frozen code is in force while the numbers are those it was made at.
  std::atomic<uint64_t> changes_{0};
  std::atomic<uint64_t> exposures_{0};
};

// The program behind a module's object; throws Error when the object has none.
Program& program_of(const IValue& object);

}  // namespace heddle::program
