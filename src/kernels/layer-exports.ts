/** @file What the builds of the trainable layers export. Addresses are byte offsets, strides bytes; src/kernels/asm holds what each of them does. */

export interface LayerKernels {
  heapBase(): number;
  exp(x: number): number;
  log(x: number): number;
  gemmNN: Gemm;
  gemmNT: Gemm;
  gemmTN(
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
    m: number,
    k: number,
    n: number,
    add: number,
  ): void;
  gemmBias(
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
    m: number,
    n: number,
    k: number,
    bias: number,
    rectify: number,
    panel: number,
  ): void;
  addBias(x: number, rows: number, columns: number, bias: number, rectify: number): void;
  rectify(x: number, n: number, y: number): void;
  rectifyBack(y: number, dy: number, n: number, dx: number): void;
  columnSums(x: number, rows: number, columns: number, out: number, add: number): void;
  addScaled(x: number, scale: number, n: number, y: number): void;
  scaleTo(x: number, scale: number, n: number, y: number): void;
  keepSome(x: number, keep: number, scale: number, n: number, y: number): void;
  innerProduct(x: number, y: number, n: number): number;
  layerNorm(
    x: number,
    rows: number,
    columns: number,
    eps: number,
    gain: number,
    shift: number,
    y: number,
    normal: number,
    inverse: number,
  ): void;
  layerNormBack(
    normal: number,
    inverse: number,
    dy: number,
    rows: number,
    columns: number,
    gain: number,
    dGain: number,
    dShift: number,
    dx: number,
  ): void;
  activate(kind: number, x: number, n: number, y: number): void;
  activateBack(kind: number, y: number, dy: number, n: number, dx: number): void;
  lstmStep(
    gates: number,
    gatesStride: number,
    before: number,
    beforeStride: number,
    rows: number,
    hidden: number,
    cell: number,
    state: number,
    stride: number,
  ): void;
  lstmStepBack(
    gates: number,
    gatesStride: number,
    cell: number,
    cellStride: number,
    before: number,
    beforeStride: number,
    dy: number,
    dyStride: number,
    dState: number,
    dCell: number,
    rows: number,
    hidden: number,
    dGates: number,
  ): void;
  separateRows(
    kind: number,
    z: number,
    rows: number,
    n: number,
    stride: number,
    alpha: number,
    k: number,
    p: number,
    scratch: number,
  ): void;
  separateRowsBack(
    kind: number,
    p: number,
    dp: number,
    rows: number,
    n: number,
    stride: number,
    alpha: number,
    dz: number,
    scratch: number,
    wantAlpha?: number,
  ): number;
  ratioRows(a: number, rows: number, n: number, stride: number, p: number, sums: number): void;
  ratioRowsBack(p: number, dp: number, sums: number, rows: number, n: number, stride: number, da: number): void;
  scaleRows(x: number, xStride: number, scale: number, rows: number, n: number, scaled: number, stride: number): void;
  eluFeatures(x: number, xStride: number, rows: number, n: number, phi: number, stride: number): void;
  eluFeaturesBack(phi: number, stride: number, rows: number, n: number, dPhi: number, dStride: number, dx: number, dxStride: number): void;
  positiveFeatures(x: number, xStride: number, d: number, rows: number, n: number, phi: number, stride: number, byRow: number): void;
  positiveFeaturesBack(
    x: number,
    xStride: number,
    d: number,
    phi: number,
    stride: number,
    rows: number,
    n: number,
    dPhi: number,
    dStride: number,
    dx: number,
    dxStride: number,
  ): void;
  eluScores(x: number, rows: number, heads: number, n: number, q: number, quantity: number, phi: number, scores: number): void;
  eluScoresBack(
    bags: number,
    count: number,
    dz: number,
    phi: number,
    heads: number,
    n: number,
    q: number,
    quantity: number,
    dx: number,
    dq: number,
  ): void;
  positiveScores(
    x: number,
    xStride: number,
    d: number,
    rows: number,
    n: number,
    phi: number,
    stride: number,
    q: number,
    qStride: number,
    quantity: number,
    scores: number,
    sStride: number,
  ): void;
  positiveScoresBack(
    bags: number,
    count: number,
    dz: number,
    firstRow: number,
    x: number,
    xStride: number,
    d: number,
    n: number,
    phi: number,
    stride: number,
    q: number,
    qStride: number,
    quantity: number,
    dE: number,
    dq: number,
    dx: number,
  ): void;
  blendBlocks(
    bags: number,
    count: number,
    p: number,
    x: number,
    xStride: number,
    y: number,
    yStride: number,
    columns: number,
    add: number,
    panel: number,
  ): void;
  blendBlocksBack(
    bags: number,
    count: number,
    p: number,
    y: number,
    yStride: number,
    x: number,
    xStride: number,
    columns: number,
    add: number,
  ): void;
  compareBlocks(
    bags: number,
    count: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    columns: number,
    d: number,
    panel: number,
  ): void;
  compareFew(
    bags: number,
    count: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    columns: number,
    d: number,
    panel: number,
    scratch: number,
  ): void;
  turnBlocks(bags: number, count: number, scores: number, constants: number, p: number): void;
  sumBlocks(bags: number, count: number, p: number, out: number): void;
  separateBlocks(bags: number, count: number, kind: number, z: number, top: number, alpha: number, k: number, scratch: number): void;
  separateBlocksBack(
    bags: number,
    count: number,
    kind: number,
    p: number,
    dp: number,
    alpha: number,
    scratch: number,
    wantAlpha: number,
  ): number;
  ratioBlocks(bags: number, count: number, p: number, sums: number): void;
  ratioBlocksBack(bags: number, count: number, p: number, dp: number, sums: number): void;
  hideEntries(z: number, keep: number, n: number): number;
  adamStep(
    x: number,
    g: number,
    m: number,
    v: number,
    n: number,
    clip: number,
    rate: number,
    b1: number,
    b2: number,
    c1: number,
    c2: number,
    eps: number,
    decay: number,
  ): void;
  patches(image: number, height: number, width: number, channels: number, size: number, out: number): void;
  patchesBack(patch: number, height: number, width: number, channels: number, size: number, image: number): void;
  maxPool(image: number, height: number, width: number, channels: number, size: number, out: number, places: number): void;
  randomMask(seedLow: number, seedHigh: number, row: number, n: number, threshold: number, out: number): number;
}

type Gemm = (
  a: number,
  aStride: number,
  b: number,
  bStride: number,
  c: number,
  cStride: number,
  m: number,
  n: number,
  k: number,
  add: number,
  panel: number,
) => void;
