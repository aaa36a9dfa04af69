import { os } from './context.ts'
import type { ApiParts } from './parts.ts'

const MOST_ARTIFACT_BYTES = 1_000_000

export const toProjects = ({ workspaces }: ApiParts) =>
  os.project.router({
    list: os.project.list.handler(() => ({ projects: workspaces.projects() })),
    add: os.project.add.handler(({ input, context }) => workspaces.registerProject(input.name, input.path, context.actor)),
  })

export const toReleases = ({ delivery }: ApiParts) =>
  os.release.router({
    list: os.release.list.handler(({ input }) => ({ releases: delivery.list(input.limit, input.before) })),
    stop: os.release.stop.handler(({ input }) => delivery.stop(input.id)),
  })

export const toArtifacts = ({ workspaces }: ApiParts) =>
  os.artifact.router({
    list: os.artifact.list.handler(({ input }) => ({ artifacts: workspaces.artifacts(input.planId) })),
    read: os.artifact.read.handler(({ input }) => workspaces.readArtifact(input.id, MOST_ARTIFACT_BYTES)),
  })

export const toSettings = ({ settings }: ApiParts) =>
  os.settings.router({
    list: os.settings.list.handler(() => ({ settings: settings.list() })),
    set: os.settings.set.handler(({ input, context }) => settings.set(input.key, input.value, context.actor)),
  })
