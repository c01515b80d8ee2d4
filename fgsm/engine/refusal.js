// @ts-check
// What Python raises as `ValueError`: a request that cannot be answered.

/** Its message is a sentence for people, as the package words it: without a capital and a full stop. */
export class Refusal extends Error {}
