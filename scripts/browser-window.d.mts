/** A browser that has app windows, or undefined. */
export function findBrowser(): string | undefined
