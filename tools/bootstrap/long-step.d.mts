export declare function longStep<T>(title: string, work: () => Promise<T>): Promise<T>
