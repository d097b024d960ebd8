/** `RECORD_HISTORIES=1` writes the histories of the recorded lives to workflows/histories. */
export const recordsHistories = (): boolean => process.env['RECORD_HISTORIES'] === '1'
