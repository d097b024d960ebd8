/** Runs pieces of work one after the other; the first that fails ends it. */
export function inTurn(onFailure: (error: unknown) => void): (work: () => Promise<void>) => void {
  let last = Promise.resolve()
  let failed = false
  return (work) => {
    last = last.then(async () => {
      if (failed) return
      try {
        await work()
      } catch (error) {
        failed = true
        onFailure(error)
      }
    })
  }
}
