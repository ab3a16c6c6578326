#include "python/binding/tracing.h"

#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "heddle/metrics.h"
#include "heddle/trace.h"

namespace heddle::python {
namespace {

namespace py = pybind11;
using NoLock = py::call_guard<py::gil_scoped_release>;

py::dict histogram(const Metrics::Histogram& from) {
  py::list buckets;
  for (const auto& [bound, count] : from.buckets) buckets.append(py::make_tuple(bound, count));
  py::dict out;
  out["count"] = from.count;
  out["sum"] = from.sum;
  out["buckets"] = buckets;
  out["p50"] = from.quantile(0.5);
  out["p90"] = from.quantile(0.9);
  out["p99"] = from.quantile(0.99);
  return out;
}

py::dict read_metrics() {
  const Metrics now = metrics();
  py::dict out;
  out["requests"] = now.requests;
  out["errors"] = now.errors;
  out["latency"] = histogram(now.latency);
  out["tasks"] = now.tasks;
  out["queue_wait"] = histogram(now.queue_wait);
  out["threads_busy"] = now.threads_busy;
  out["intraop_threads"] = now.intraop_threads;
  out["interop_threads"] = now.interop_threads;
  out["memory_bytes"] = now.memory_bytes;
  out["memory_peak_bytes"] = now.memory_peak_bytes;
  out["cached_bytes"] = now.cached_bytes;
  return out;
}

}  // namespace

void add_tracing(py::module_& module) {
  py::class_<Trace>(module, "Trace")
      .def(py::init([](size_t bytes) { return std::make_unique<Trace>(TraceOptions{bytes}); }),
           py::arg("bytes_per_thread"))
      .def("stop", &Trace::stop, NoLock())
      .def_property_readonly("recording", &Trace::recording)
      .def("dropped", &Trace::dropped, NoLock())
      .def("to_json", &Trace::to_json, NoLock())
      .def("save", &Trace::save, py::arg("path"), NoLock())
      .def("summary", &Trace::summary, NoLock());
  module.def("metrics", &read_metrics);
  module.def("metrics_text", &metrics_text);
}

}  // namespace heddle::python
