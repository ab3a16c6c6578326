// How the front end reports what is wrong with a source: a sentence, then the place. Pure functions, any thread.
#pragma once

#include "base/result.h"
#include "base/source.h"
#include "base/text.h"

namespace heddle::lang {

// A kSyntax error: the pieces, a colon, and file, line and text of the range.
template <class... P>
Status error_at(const SourceRange& range, const P&... pieces) {
  return error(ErrorCode::kSyntax, pieces..., ":\n", range.highlight());
}

}  // namespace heddle::lang
