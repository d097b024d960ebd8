/** `RECORD_HISTORIES=2` writes the histories of the recorded lives to workflows/histories/2: a folder for each way they went. */
export const recordedGeneration = (): string | undefined => process.env['RECORD_HISTORIES'] || undefined
