import { describeDriver, shellWork } from './driver.ts'

for (const wire of ['anthropic', 'openai-responses', 'openai-chat'] as const) describeDriver({ driver: 'pi', wire, work: shellWork, tools: true, answers: 2 })
describeDriver({ driver: 'pi', wire: 'anthropic', work: shellWork, tools: true, answers: 2, uncaged: true })
