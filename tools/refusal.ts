/** What a person can cure, in one sentence: printed without a stack, exit code 1. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
