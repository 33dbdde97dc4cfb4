// Times of one piece of work. On one thread the process's CPU time counts, which other programs on the machine hardly touch; with several threads the wall time does.

/** @returns { cpu, wall } milliseconds of `work`, which may return a promise. */
export async function timed(work) {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, wall };
}

/** Before the clock counts, an engine runs until so many milliseconds are spent, at most so often: compilers that work while the program runs need a few calls. */
const warmUp = { milliseconds: 400, calls: 8 };

/**
 * Runs every engine once in a round, round after round, so that a slow spell of the machine falls on all of them.
 * @param engines list of { measure(): Promise<{ cpu, wall }> }. @returns for each engine its list of times, of `clock` "cpu" or "wall".
 */
export async function interleaved(engines, repeats, clock) {
  for (const engine of engines) {
    let spent = 0;
    for (let call = 0; call < warmUp.calls && spent < warmUp.milliseconds; call++) spent += (await engine.measure()).wall;
  }
  const times = engines.map(() => []);
  for (let round = 0; round < repeats; round++) {
    for (const [i, engine] of engines.entries()) times[i].push((await engine.measure())[clock]);
  }
  return times;
}

export const minimum = (x) => Math.min(...x);
export const median = (x) => {
  const sorted = [...x].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
export const fixed = (x) => x.toFixed(x < 10 ? 2 : x < 1000 ? 1 : 0);
