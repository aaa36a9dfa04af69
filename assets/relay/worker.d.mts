export type Item = { seq: number; at: number; signature: string; body: string }
export type Store = { put(item: Omit<Item, 'seq'>): Promise<void>; list(limit: number): Promise<Item[]>; forget(upTo: number): Promise<void> }
export type Settings = { verifyToken?: string; appSecret?: string; pullToken?: string; store: Store; now?: () => number }

export function createRelay(settings: Settings): (request: Request) => Promise<Response>

type Statement = { bind(...values: unknown[]): { run(): Promise<unknown>; all(): Promise<{ results: unknown[] }> } }
export function createD1Store(db: { prepare(sql: string): Statement }): Store
