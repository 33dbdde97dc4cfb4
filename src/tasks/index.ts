/** @file Problems with exact solvers, generators and networks of explicit weights: connectivity, tree isomorphism, the word problem of S5, and the reductions between them. */
export { canonicalBrackets, isomorphic } from "./ahu.ts";
export { type BagColumns, type BagTable, bagsFromTable, type TableText } from "./bags-csv.ts";
export { isCommittee, readCommittee, writeCommittee } from "./bags-file.ts";
export {
  type BagCommittee,
  type BagFit,
  type BagFitOptions,
  classProbabilities,
  encodeBags,
  fitBags,
  type MemberEpoch,
  predictCommittee,
  someBags,
} from "./bags-fit.ts";
export { type MadeBagOptions, madeBags } from "./bags-made.ts";
export { fitPooled, type PooledRidge, scorePooled } from "./bags-pooled.ts";
export { type BandOptions, bandPair, type GraphPair, independentEdges } from "./band-graphs.ts";
export { type BranchingProgram, branchingProgram, type Instruction, programWord } from "./barrington.ts";
export { type BitPatternOptions, type BitPatterns, bitPatterns } from "./bit-pattern.ts";
export { type ClosedFormQuestion, predictedAccuracy } from "./closed-forms.ts";
export { type Construction, constructions, layerOf, reach, startState } from "./constructions.ts";
export { deepForkPair, deepForkRounds } from "./deep-fork.ts";
export { allDistances, diameter, distancesFrom } from "./distances.ts";
export { retrieveExactly } from "./exact-retrieval.ts";
export { levelsOf, stratifiedFolds, watchSome } from "./folds.ts";
export { checkFormula, type Formula, formulaDepth, formulaValue, randomFormula } from "./formula.ts";
export { formulaTrees, type TreePair } from "./formula-trees.ts";
export { checkGraph, degrees, type Graph, relabel } from "./graph.ts";
export {
  type Decision,
  decisions,
  type GraphExperiment,
  type GraphExperimentOptions,
  type GraphTask,
  graphExperiment,
  type LayerScore,
  type Score,
} from "./graph-experiment.ts";
export type { HopularEpoch, HopularFit, HopularState } from "./hopular-fit.ts";
export { type HopularFitOptions, publishedHopular } from "./hopular-options.ts";
export { readHopularState, writeHopularState } from "./hopular-state.ts";
export { type LatchOptions, latchSequences } from "./latch.ts";
export type { LookupFitOptions } from "./lookup-fit.ts";
export { type ClassScore, type Interval, intervalOf, type NumberScore, type Predictions, scoreClasses, scoreNumbers } from "./metrics.ts";
export { type DigitBagOptions, type Digits, digitBags } from "./mnist-bags.ts";
export { groupOrder, inverse, numberOf, type Permutation, permutation, product, randomWord, wordProduct } from "./permutations.ts";
export { lost, openProductMemory, type ProductMemory, productMasses, type WordReadOut, wordReadOuts } from "./product-memory.ts";
export { graphAnswer, pairAnswer, type ReadOut, readOuts } from "./read-outs.ts";
export { type Retrieval, retrieveByKernel, type WholeMatrix } from "./retrieval.ts";
export { type Precision, retrieveRounded } from "./rounded-retrieval.ts";
export { type Arithmetic, type NetworkOptions, networkStates, runNetwork } from "./run-network.ts";
export { openSeries, type Series, type SeriesSplit } from "./series.ts";
export { type EchoSeries, type EchoSeriesOptions, echoSeries } from "./series-echo.ts";
export { isSeriesModel, readSeriesModel, writeSeriesModel } from "./series-file.ts";
export { fitSeries, type PlainForecasts, type SeriesEpoch, type SeriesFit, type SeriesFitOptions, type SeriesModel } from "./series-fit.ts";
export { forecastSeries, type SeriesForecast } from "./series-forecast.ts";
export { type MadeSeriesOptions, madeSeries } from "./series-made.ts";
export type { SeriesModelName, SeriesNetwork } from "./series-network.ts";
export { isError, minimiseError, type SearchOptions, smallestError } from "./smallest-error.ts";
export { classCount, type LearningTable, openTable, type TableOptions } from "./table.ts";
export { type ColumnReport, type ColumnType, columnTypes } from "./table-columns.ts";
export { type Cells, type Encoded, encodeCells, type Oddities, type PlannedColumn, planColumns, readCells } from "./table-encode.ts";
export { isTableModel, readTableModel, writeTableModel } from "./table-file.ts";
export {
  fitTable,
  type TableChoice,
  type TableEpoch,
  type TableFit,
  type TableFitOptions,
  type TableModelName,
  tableModelNames,
} from "./table-fit.ts";
export {
  type Learned,
  predictLeftOut,
  predictTable,
  type Recalled,
  someText,
  type TableModel,
  type TablePrediction,
} from "./table-model.ts";
export type { TargetPlan } from "./table-target.ts";
export { type Trained, type TrainingOptions, trainNetwork } from "./train-network.ts";
export { lossAndGradient, type TrainableParameters, trainedProbabilities, trainedState } from "./trainable-network.ts";
export { type TrainedNetworks, trainedExperiment } from "./trained-experiment.ts";
export { type Family, families, trainingGraph } from "./training-graphs.ts";
export { checkTree, formatBrackets, type ParentList, parseBrackets, randomTree, shuffleTree, treeDegrees } from "./tree.ts";
export { type TreeExperiment, type TreeExperimentOptions, treeExperiment } from "./tree-experiment.ts";
export { treeNetworkRounds } from "./tree-network.ts";
export { cutPath, oneCycle, path, twoCycles } from "./two-regular.ts";
export { components, connected, isConnected } from "./union-find.ts";
export { type WordExperiment, type WordExperimentOptions, type WordMode, wordExperiment, wordModes } from "./word-experiment.ts";
export { chainProducts, chainStates, treeProducts } from "./word-network.ts";
export { wordFormula, wordGraph } from "./word-reductions.ts";
