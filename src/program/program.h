// One loaded archive or compiled source: its functions and types, and how they become code and run. Kept alive by every
// object of its classes. Compiling happens under a lock, any thread; running takes none.
#pragma once

#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "core/boxes.h"
#include "core/future.h"
#include "heddle/jit.h"
#include "ir/function.h"

namespace heddle::program {

class Program final : public RefCounted {
 public:
  explicit Program(bool optimize) : unit(make_ref<ir::CompilationUnit>()), optimize_(optimize) {}
  ~Program() override;

  const Ref<ir::CompilationUnit> unit;
  std::vector<jit::MissingOperator> missing_operators;  // complete once loading is done

  // Compiles the callable and everything it may call.
  Status prepare(const Ref<Callable>& callable);
  // One value per parameter, complete. Runs on this thread; what the callable forks runs on the inter-op pool.
  Result<IValue> run(const Ref<Callable>& callable, std::vector<IValue> arguments);
  // Runs on the inter-op pool.
  Ref<FutureValue> run_async(const Ref<Callable>& callable, std::vector<IValue> arguments);

  // The graph as the front end made it, and as the passes leave it.
  Result<std::string> graph_text(const Ref<Callable>& callable, bool optimized);
  Result<std::string> code_text(const Ref<Callable>& callable);

 private:
  Result<std::unique_ptr<ir::Graph>> make_graph(ir::Function& function) const;
  Status compile(const Ref<Callable>& callable, std::vector<Ref<Callable>>& batch);
  // Methods that a call through an interface may find.
  std::vector<Ref<Callable>> interface_targets(const ir::Graph& graph) const;

  std::mutex mutex_;  // guards compiling: the graphs of all functions, and their code until ready
  const bool optimize_;
};

// The program behind a module's object; throws Error when the object has none.
Program& program_of(const IValue& object);

}  // namespace heddle::program
