import { OpenAPIGenerator } from '@orpc/openapi'
import { z } from 'zod'
import { contract } from '../../contract/index.ts'

/** The description of the JSON surface for scripts, generated from the contract. */
export function describeApi(version: string, url: string): Promise<object> {
  const generator = new OpenAPIGenerator({
    schemaConverters: [
      {
        condition: (schema) => schema?.['~standard'].vendor === 'zod',
        convert: (schema, { strategy }) => {
          const type = schema as unknown as z.ZodType
          return [!type.safeParse(undefined).success, z.toJSONSchema(type, { io: strategy, unrepresentable: 'any' }) as object]
        },
      },
    ],
  })
  return generator.generate(contract, { info: { title: 'REEF', version }, servers: [{ url: `${url}/api` }] })
}
