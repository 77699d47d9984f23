// Reads and decodes the events of a range of blocks, some blocks a request, some requests at once. Prints {"events": n, "seconds": s}.
// A tenth is read before, untimed: it warms the code up.
import { createPublicClient, http, parseAbiItem } from 'viem';

const [url, address, first, last, blocks, parallel] = process.argv.slice(2);
const event = parseAbiItem('event UsageCheckpoint(uint64 indexed orderId, uint32 epoch, uint128 units, uint128 total, uint32 n)');
const client = createPublicClient({ transport: http(url, { timeout: 120_000 }) });

const ranges = [];
for (let from = BigInt(first); from <= BigInt(last); from += BigInt(blocks)) {
  const to = from + BigInt(blocks) - 1n;
  ranges.push([from, to < BigInt(last) ? to : BigInt(last)]);
}

async function read(ranges) {
  let next = 0;
  let events = 0;
  async function work() {
    while (next < ranges.length) {
      const [fromBlock, toBlock] = ranges[next++];
      for (const log of await client.getLogs({ address, event, fromBlock, toBlock })) if (log.args.total >= 0n) events++;
    }
  }
  await Promise.all(Array.from({ length: Number(parallel) }, work));
  return events;
}

await read(ranges.slice(0, Math.ceil(ranges.length / 10)));
const began = performance.now();
const events = await read(ranges);
console.log(JSON.stringify({ events, seconds: (performance.now() - began) / 1000 }));
