/** What `claude setup-token` prints: a token of a Claude subscription, good for a year. Keys of an account begin with sk-ant-api. */
export const isSubscriptionKey = (key: string): boolean => key.startsWith('sk-ant-oat')

/**
 * How such a token travels: as a bearer, where a key would go into x-api-key, and with the beta that admits it. Raw header pairs.
 * The beta stands beside those that the caller asks for, in one comma-separated header.
 * Source: anthropics/claude-code issues 40515 and 35724, and the header that Claude Code sends. They also say that models other
 * than Haiku answer 400 to such a token unless the request is Claude Code's own; REEF does not pretend to be it.
 */
export const subscriptionHeaders = (key: string): string[] => ['authorization', `Bearer ${key}`, 'anthropic-beta', 'oauth-2025-04-20']
