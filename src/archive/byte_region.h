// The bytes an archive is read from, whole and in one piece: a mapped file, a buffer handed over, a drained stream.
// Regions are Storages, so a tensor that looks into an archive keeps it mapped. Any thread may read them.
#pragma once

#include <istream>
#include <string>

#include "base/result.h"
#include "core/storage.h"

namespace heddle::archive {

// Maps a regular file. Mappings of one file share their pages; a write through a tensor reaches this mapping only,
// never the file. Fails with kNotFound where there is no such file, kBadArchive where it is a folder, a device or
// empty. As with every mapping, somebody who truncates the file in place meanwhile takes the bytes away: replace files
// by rename.
Result<Ref<Storage>> map_file(const std::string& path);

// Reads a stream to its end into aligned memory. `name` is for messages. kLimit: it is longer than `most` bytes.
Result<Ref<Storage>> drain_stream(std::istream& stream, const std::string& name, uint64_t most);

// Copies a buffer into aligned memory.
Result<Ref<Storage>> copy_bytes(const void* data, size_t size);

// Bytes [offset, offset + size) of a storage, without a copy; the caller has checked that they lie inside.
Ref<Storage> slice(const Ref<Storage>& whole, size_t offset, size_t size);

}  // namespace heddle::archive
