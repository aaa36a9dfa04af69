import { describeDriver } from './driver.ts'

for (const wire of ['anthropic', 'openai-responses', 'openai-chat'] as const)
  describeDriver({ driver: 'direct', wire, work: { kind: 'text', text: 'Here it is.\n```file path=out.txt\nhello\n```\n' }, tools: false, answers: 1 })
