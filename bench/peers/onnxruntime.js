#!/usr/bin/env node
// Calls an ONNX model with ONNX Runtime, all its optimisations on, and prints one JSON line of latencies:
//
//   onnxruntime.js MODEL.onnx MODEL.inputs.json --threads T --seconds S
//
// bench/archives.py writes the files. `npm install` in this folder brings ONNX Runtime.
'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const ort = require('onnxruntime-node');

const ARRAYS = { float32: Float32Array, int64: BigInt64Array };

function readInputs(file, names) {
  const feeds = {};
  for (const input of JSON.parse(fs.readFileSync(file, 'utf8'))) {
    if (!names.includes(input.name)) continue; // an argument the exported graph does not read
    const bytes = fs.readFileSync(path.join(path.dirname(file), input.file));
    const values = new ARRAYS[input.type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    feeds[input.name] = new ort.Tensor(input.type, values, input.sizes);
  }
  return feeds;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { threads: { type: 'string', default: '1' }, seconds: { type: 'string', default: '3' } },
  });
  const milliseconds = () => Number(process.hrtime.bigint()) / 1e6;
  let begin = milliseconds();
  const session = await ort.InferenceSession.create(positionals[0], {
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: Number(values.threads),
    interOpNumThreads: 1,
  });
  const load = milliseconds() - begin;
  const feeds = readInputs(positionals[1], session.inputNames);
  begin = milliseconds();
  await session.run(feeds);
  const first = milliseconds() - begin;
  for (let i = 0; i < 4; ++i) await session.run(feeds);
  const latencies = [];
  const end = milliseconds() + Number(values.seconds) * 1e3;
  while (milliseconds() < end || latencies.length < 3) {
    begin = milliseconds();
    await session.run(feeds);
    latencies.push(milliseconds() - begin);
  }
  latencies.sort((a, b) => a - b);
  console.log(JSON.stringify({
    peer: `ONNX Runtime ${require('onnxruntime-node/package.json').version}`,
    load_ms: load,
    first_ms: first,
    min_ms: latencies[0],
    p50_ms: latencies[Math.floor(latencies.length / 2)],
    rss_peak_mb: process.resourceUsage().maxRSS / 1e3,
  }));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
