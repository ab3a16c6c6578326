// From an open archive to a module: classes out of its code, objects out of its pickles, code out of its methods. One
// load on one thread.
#pragma once

#include "archive/archive.h"
#include "base/result.h"
#include "heddle/jit.h"

namespace heddle::program {

// Every method of the root module is compiled before it returns, so that a model that cannot run is found out now and
// the first run is as fast as the next. Errors are those of jit::load.
Result<IValue> load_module(archive::Archive archive, const jit::LoadOptions& options);

}  // namespace heddle::program
