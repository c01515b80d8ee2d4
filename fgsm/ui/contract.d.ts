// Made by `python -m scripts.make_contract` from fgsm/service; do not edit.

/** Pictures of 28 x 28 bytes: as they are, or base64 of zlib of each one minus the one before. */
export type Packed = Uint8Array | (string & { readonly packed: unique symbol });

/** What is answered to a request that cannot be: a sentence for people. */
export interface Refusal { error: string }

/** What the browser knows about an attack; see fgsm.catalogue.Attack. */
export interface AttackEntry {
  key: string;
  title: string;
  name: string;
  explanation: string;
  formula: string;
  needs_target: boolean;
  gradients: number;
  line: string;
  offered: string[];
}

/** One digit, an attack on it, and the epsilons to show. */
export interface AttackRequest {
  source: string;
  index: number;
  drawing?: string | null;
  pixels?: string | null;
  label?: number | null;
  model: string;
  twin?: boolean;
  attack: string;
  target?: number | null;
  ray?: [number, number] | null;
  ks?: number[] | null;
}

/** The digit, and a stage for each model shown. */
export interface Attacked {
  digit: Digit;
  stages: Stage[];
}

/** All that can be chosen on the page; the browser gets it once. */
export interface Catalogue {
  attacks: AttackEntry[];
  models: ModelEntry[];
  sources: SourceEntry[];
  twins: [string, string];
  epsilons: number[];
  article_epsilons: number[];
  reaches: number[];
  first_reach: number;
  figures: string[];
  per_class: number;
  largest_picture: number;
  shortest_ray: number;
  longest_link: number;
  first: First;
  keys: Record<string, string>;
}

/** Digits of one class read as another at one epsilon. */
export interface Cell {
  source: string;
  k: number;
  digits: FooledDigit[];
  frames: Packed;
}

/** Some of the digits of one class that are read as another, at one epsilon. */
export interface CellRequest {
  model: string;
  seed: number;
  k: number;
  label?: number | null;
  prediction?: number | null;
}

/** The planes of both twins. */
export interface ChurchWindow {
  named: boolean;
  reach: number;
  planes: Plane[];
}

/** A QR code. */
export interface Code {
  rows: string[];
}

/** One digit, and an attack on it in several models, at every epsilon of the grid. */
export interface CompareRequest {
  source: string;
  index: number;
  drawing?: string | null;
  pixels?: string | null;
  label?: number | null;
  model: string;
  twin?: boolean;
  attack: string;
  target?: number | null;
  ray?: [number, number] | null;
  compared?: string[] | null;
}

/** Where each model that was asked for breaks, under the same attack on the same label. */
export interface Comparison {
  label: number;
  named: boolean;
  breaking_points: Record<string, number | null>;
  predictions: Record<string, number>;
  targets: Record<string, number | null>;
  reached: Record<string, number | null>;
}

/** How many digits of a data set FGSM fools, and how many of these random signs fool too. */
export interface Control {
  source: string;
  right_before: number;
  fooled: number[];
  by_chance: number[];
  breaking: number;
  by_chance_there: number;
}

/** All counts for one model over a data set. */
export interface Counts {
  model: string;
  source: string;
  n: number;
  confusion: number[][][];
  breaking: number[];
  never: number;
  misread: number;
  misread_before: number[];
  harder_than: number[];
  harder_than_never: number;
}

/** The loss gradients of both twins, each scaled to its largest value. */
export interface Defence {
  digit: Packed;
  models: string[];
  frames: Packed;
}

/** The digit under attack. */
export interface Digit {
  source: string;
  frame: Packed;
  label: number;
  named: boolean;
}

/** One digit, and the one or two models that read it. */
export interface DigitRequest {
  source: string;
  index: number;
  drawing?: string | null;
  pixels?: string | null;
  label?: number | null;
  model: string;
  twin?: boolean;
}

/** What n pixels take from the linear model's margin; see fgsm.explain.Dimension. */
export interface Dimension {
  label: number;
  named: boolean;
  runner_up: number;
  epsilon: number;
  margin: number;
  slope: number;
  enough: number | null;
  draws: number;
  sizes: number[];
  mean: number[];
  least: number[];
  most: number[];
}

/** The digit moved along the gradient's sign, along random signs, and against the gradient. */
export interface Directions {
  named: boolean;
  stages: Stage[];
  control: Control | null;
}

/** What saving in 8 bits leaves of small attacks. */
export interface EightBits {
  model: string;
  label: number;
  named: boolean;
  asked: number[];
  left: number[];
  confidence: number[];
  saved_confidence: number[];
}

/** What the page opens with, unless a link says otherwise. */
export interface First {
  source: string;
  index: number;
  attack: string;
  model: string;
  epsilon: number;
}

/** A page's question how its run is; the first one begins it. */
export interface FollowRequest {
  model: string;
  attack: string;
  epsilons: string;
  id: string;
  known: number;
}

/** A digit that was read correctly before the attack, and no longer is. */
export interface FooledDigit {
  index: number;
  label: number;
  prediction: number;
}

/** The article's picture: fooled digits for each of its epsilons. */
export interface Grid {
  source: string;
  columns: number;
  rows: GridRow[];
  frames: Packed;
}

/** Some of the digits that FGSM fools, at each of the article's epsilons. */
export interface GridRequest {
  model: string;
  seed: number;
}

/** Some digits fooled at one epsilon. */
export interface GridRow {
  k: number;
  fooled: number;
  digits: FooledDigit[];
}

/** The logits of softmax regression and of a LeNet along the attack. */
export interface Linearity {
  label: number;
  named: boolean;
  epsilons: number[];
  ends: number[];
  charts: Lines[];
}

/** One model's logits against epsilon, and as the gradient at the digit predicts them. */
export interface Lines {
  model: string;
  logits: number[][];
  first_order: number[][];
  bends: number[][];
}

/** A link to the page. */
export interface LinkRequest {
  link: string;
}

/** What the browser knows about a model; see fgsm.catalogue.Model. */
export interface ModelEntry {
  key: string;
  title: string;
  rank: number;
}

/** What is in a picture file, as the models can read it. */
export interface Picture {
  frame: Packed;
}

/** A picture file. */
export interface PictureRequest {
  picture: string;
}

/** What one model reads on the plane around the digit. */
export interface Plane {
  model: string;
  label: number;
  rows: string[];
}

/** How a run on this device is. */
export interface Progress {
  news: number;
  ahead: number;
  series: Series | null;
  seconds: number;
  device: string;
}

/** How well a model does at one epsilon. */
export interface Result {
  epsilon: number;
  correct: number;
  accuracy: number;
  mean_confidence_wrong: number | null;
}

/** One model's accuracy under one attack against epsilon. */
export interface Series {
  model: string;
  attack: string;
  source: string;
  n: number;
  of: number | null;
  results: Result[];
}

/** What the browser knows about a source of digits; see fgsm.catalogue.Source. */
export interface SourceEntry {
  key: string;
  title: string;
  phrase: string;
  size: number;
  unnamed: string;
}

/** One model's sweep of one digit. */
export interface Stage {
  model: string;
  attack: string;
  label: number;
  target: number | null;
  ks: number[];
  direction: Packed | null;
  frames: Packed;
  changes: Packed;
  probabilities: number[][];
  predictions: number[];
  survives: boolean[];
  moved: number[];
  saturated: number[];
  idle: number | null;
  largest: number[];
  mean: number[];
  breaking_point: number | null;
  right_again: number | null;
  reached: number | null;
}

/** One model, over all digits. */
export interface SurveyRequest {
  model: string;
}

/** One digit, and how much of the plane around it to read. */
export interface WindowRequest {
  source: string;
  index: number;
  drawing?: string | null;
  pixels?: string | null;
  label?: number | null;
  model: string;
  twin?: boolean;
  reach?: number;
}

/** The functions of the service. */
export interface Service {
  attack(request: AttackRequest): Promise<Attacked | Refusal>;
  compare(request: CompareRequest): Promise<Comparison | Refusal>;
  directions(request: DigitRequest): Promise<Directions | Refusal>;
  linearity(request: DigitRequest): Promise<Linearity | Refusal>;
  dimension(request: DigitRequest): Promise<Dimension | Refusal>;
  church_window(request: WindowRequest): Promise<ChurchWindow | Refusal>;
  eight_bits(request: DigitRequest): Promise<EightBits | Refusal>;
  defence(request: DigitRequest): Promise<Defence | Refusal>;
  counts(request: SurveyRequest): Promise<Counts | Refusal>;
  grid(request: GridRequest): Promise<Grid | Refusal>;
  cell(request: CellRequest): Promise<Cell | Refusal>;
  picture(request: PictureRequest): Promise<Picture | Refusal>;
  qr(request: LinkRequest): Promise<Code | Refusal>;
}
