/** A refusal as one line for an attempt, a request or a task. */
export const toSentence = ({ message, remedy }: { message: string; remedy?: string | undefined }): string => (remedy ? `${message} ${remedy}` : message)
