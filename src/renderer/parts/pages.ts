/** What is known of a long list: newest first, without gaps from the newest to the last. */
export type Pages<Row> = { readonly rows: readonly Row[]; readonly complete: boolean }

export const noPages: Pages<never> = { rows: [], complete: false }

/** Reads a list page by page, newest first, while it grows at its head. `keyOf` orders the rows: a newer row has the greater key. */
export function createPaging<Row, Key extends string | number>(keyOf: (row: Row) => Key) {
  return {
    /** Appends an older page. A page shorter than asked for is the last one. */
    addOlder({ rows }: Pages<Row>, page: readonly Row[], limit: number): Pages<Row> {
      const oldest = rows.at(-1)
      const older = oldest === undefined ? page : page.filter((row) => keyOf(row) < keyOf(oldest))
      return { rows: [...rows, ...older], complete: page.length < limit }
    },

    /** Lays the newest page over what is known. When the two do not touch, what lies between is unknown: the newest page alone is kept. */
    addNewest(known: Pages<Row>, page: readonly Row[], limit: number): Pages<Row> {
      const last = page.at(-1)
      if (last === undefined || page.length < limit) return { rows: page, complete: true }
      const newest = known.rows[0]
      if (newest === undefined || keyOf(last) > keyOf(newest)) return { rows: page, complete: false }
      return { rows: [...page, ...known.rows.filter((row) => keyOf(row) < keyOf(last))], complete: known.complete }
    },
  }
}
