/** The kernels that carry the load, by themselves: compiled with relaxed SIMD and laid over the plain build's exports where the engine accepts it. */
export { packQueries } from "./pack";
export { accumulate } from "./accumulate";
export { accumulateOne } from "./accumulate-one";
export { scoreTile, scoreOne } from "./scores";
