/** Brings dist/ up to date and returns one line that says what was done. */
export function build(options?: { force?: boolean }): Promise<string>
