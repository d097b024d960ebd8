const reminderMilliseconds = 15_000

/**
 * Tells on the terminal that something long goes on, says so again every 15 s, and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function longStep(title, work) {
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  console.log(`${title} …`)
  const reminder = setInterval(() => console.log(`  … ${title}: ${seconds()}`), reminderMilliseconds)
  try {
    const result = await work()
    console.log(`  ${title}: ${seconds()}`)
    return result
  } finally {
    clearInterval(reminder)
  }
}
