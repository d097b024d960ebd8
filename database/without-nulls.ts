type NullableKeys<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T]

/** The same with absent members in place of null ones. */
export type WithoutNulls<T> = { [K in Exclude<keyof T, NullableKeys<T>>]: T[K] } & {
  [K in NullableKeys<T>]?: NonNullable<T[K]>
}

/** The database says null where the domain leaves a member out. */
export const withoutNulls = <T extends object>(row: T): WithoutNulls<T> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as WithoutNulls<T>
