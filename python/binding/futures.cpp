// heddle.futures.Future, and Python functions on the inter-op pool.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include "base/text.h"
#include "heddle/jit.h"
#include "heddle/parallel.h"
#include "python/binding/errors.h"
#include "python/binding/jit.h"
#include "python/binding/script_objects.h"
#include "python/binding/values.h"

namespace heddle::python {
namespace {

// Python functions that the pool has not finished. The interpreter waits for them before it ends: a thread that wants
// its lock later would wait for ever.
class RunningTasks {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int64_t count_ = 0;
};

RunningTasks& running_tasks() {
  static auto& tasks = *new RunningTasks();
  return tasks;
}

// What a Python function gives or raises, as a value. The lock is held.
template <class F>
IValue outcome(F&& f) {
  try {
    return Ref<CapsuleValue>(make_ref<PythonValue>(f()));
  } catch (py::error_already_set& raised) {
    return Ref<CapsuleValue>(make_ref<PythonValue>(py::object(raised.value()), true));
  }
}

// The Python value of a completed Future; raises what its task raised.
py::object result_of(const IValue& value) {
  if (value.is_capsule()) {
    if (const auto* held = dynamic_cast<const PythonValue*>(&value.as_capsule()); held && held->raised) {
      PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(held->object.ptr())), held->object.ptr());
      throw py::error_already_set();
    }
  }
  return to_python(value);
}

py::object wait(const jit::Future& future) {
  return result_of(without_lock([&] { return IValue(future.wait()); }));
}

bool wait_for(const jit::Future& future, double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                            std::chrono::duration<double>(seconds));
  return without_lock([&] { return future.wait_until(until); });
}

py::object then(const jit::Future& future, py::object callback) {
  const auto held = make_ref<PythonValue>(std::move(callback));
  return wrap_future(without_lock([&] {
    return future.then([held](const jit::Future& done) -> jit::Value {
      const py::gil_scoped_acquire lock;
      return outcome([&] { return held->object(wrap_future(done)); });
    });
  }));
}

void add_done_callback(const jit::Future& future, py::object callback) {
  const auto held = make_ref<PythonValue>(std::move(callback));
  without_lock([&] {
    future.add_callback([held](const jit::Future& done) {
      const py::gil_scoped_acquire lock;
      try {
        held->object(wrap_future(done));
      } catch (py::error_already_set& raised) {
        raised.discard_as_unraisable(held->object);
      }
    });
    return 0;
  });
}

// function() on the inter-op pool.
py::object launch_function(py::object function) {
  const auto held = make_ref<PythonValue>(std::move(function));
  const jit::Future promise = jit::Future::promise();
  running_tasks().begin();
  without_lock([&] {
    launch([held, promise] {
      {
        const py::gil_scoped_acquire lock;
        IValue value = outcome([&] { return held->object(); });
        const py::gil_scoped_release released;
        promise.complete(std::move(value));
      }
      running_tasks().end();
    });
    return 0;
  });
  return wrap_future(promise);
}

void complete(const jit::Future& future, IValue value) {
  if (!without_lock([&] { return future.complete(std::move(value)); })) {
    PyErr_SetString(PyExc_RuntimeError,
                    "Attempting to mark a completed Future as complete again. Note that a Future can only be marked "
                    "completed once.");
    throw py::error_already_set();
  }
}

}  // namespace

void add_futures(py::module_& module) {
  py::class_<jit::Future> type(module, "Future", py::dynamic_attr());
  type.def(py::init([] { return jit::Future::promise(); }));
  type.def(py::init([](const jit::Future& other) { return other; }));
  type.def("done", &jit::Future::completed, "Whether the value, or an error, is there.");
  type.def("wait", &wait, "Waits for the value; raises the task's error if it failed.");
  type.def("_wait_for", &wait_for, py::arg("seconds"));
  type.def("_value", [](const jit::Future& future) { return result_of(future.value()); });
  type.def("then", &then, py::arg("callback"), "A Future of what callback(self) gives, once this one is completed.");
  type.def("add_done_callback", &add_done_callback, py::arg("callback"),
           "Calls callback(self) once this one is completed.");
  type.def(
      "set_result",
      [](const jit::Future& future, py::object value) {
        complete(future, Ref<CapsuleValue>(make_ref<PythonValue>(std::move(value))));
      },
      py::arg("result"));
  type.def(
      "set_exception",
      [](const jit::Future& future, py::object exception) {
        if (!PyExceptionInstance_Check(exception.ptr())) {
          throw py::type_error(concat(py::repr(exception).cast<std::string>(), " is of type ",
                                      std::string(Py_TYPE(exception.ptr())->tp_name), ", not an Exception."));
        }
        complete(future, Ref<CapsuleValue>(make_ref<PythonValue>(std::move(exception), true)));
      },
      py::arg("result"));
  module.def("launch", &launch_function, py::arg("function"), "Runs function() on the inter-op pool.");
  module.def("finish_tasks", [] {
    without_lock([] {
      running_tasks().wait();
      return 0;
    });
  });
}

}  // namespace heddle::python
