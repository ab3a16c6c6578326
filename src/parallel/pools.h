// The life of the process's two pools: resizing them, and replacing them in a forked child.
#pragma once

namespace heddle::parallel {

void helpers_resized();
void task_pool_resized();
// Makes the pools safe against fork(); called before a pool starts its first thread, any number of times.
void prepare_for_fork();

}  // namespace heddle::parallel
