// What is known of a library that brings threads of its own. Made by the only files that may name the library.
#pragma once

#include <string>

namespace heddle::parallel {

struct LibraryFact {
  std::string name;
  std::string version;
  // Its own setting and what it stands at; empty: it has none.
  std::string setting;
  int threads = 0;
  // What Heddle uses it for, and how many threads it uses then.
  std::string use;
};

}  // namespace heddle::parallel
