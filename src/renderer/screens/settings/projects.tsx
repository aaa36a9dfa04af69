import { useState } from 'react'
import type { ProjectView } from '../../../contract/delivery.ts'
import { useAsk, useCommand, useEvents } from '../../live/reef.ts'
import { say } from '../../live/shell-door.ts'
import { Button } from '../../parts/button.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Input } from '../../parts/field.tsx'
import { RefusalNote } from '../../parts/refusal-note.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { At } from '../../parts/time.tsx'
import styles from './settings.module.css'

const ROW = 30

/** The repositories plans work on, and a way to register one that exists. */
export function Projects() {
  const [created, setCreated] = useState(0)
  useEvents((event) => {
    if (event.type === 'project.created') setCreated(event.seq)
  })
  const { data, loading, refusal, again } = useAsk((client) => client.project.list(), [created])
  return (
    <>
      <Card title="Projects" note={data ? data.projects.length.toLocaleString('en-US') : null}>
        <RefusalNote refusal={refusal} again={again} />
        {data ? (
          <div style={{ height: (Math.min(data.projects.length || 3, 14) + 1) * ROW + 2 }}>
            <Table
              label="Projects"
              columns={columns}
              rows={data.projects}
              rowKey={(project) => project.id}
              rowHeight={ROW}
              empty={<Empty title="No projects yet.">A request makes one by itself; or register a git repository below.</Empty>}
            />
          </div>
        ) : loading ? (
          <Skeleton lines={4} label="Loading projects" />
        ) : null}
      </Card>
      <Register onDone={again} />
    </>
  )
}

function Register({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('')
  const [path, setPath] = useState('')
  const add = useCommand((client) => client.project.add({ name: name.trim(), path: path.trim() }))
  const of = (field: string) => (add.refusal?.field === field ? [add.refusal.message, add.refusal.remedy].filter(Boolean).join(' ') : undefined)
  const submit = async () => {
    const project = await add.run()
    if (!project) return
    say(`${project.name} is registered.`)
    setName('')
    setPath('')
    onDone()
  }
  return (
    <Card title="Register a repository">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Input
          label="Name"
          hint="Lower-case letters, digits and dashes."
          value={name}
          error={of('name')}
          onChange={(event) => setName(event.target.value)}
          required
        />
        <Input
          label="Folder"
          hint="The whole path of a git repository on this machine. Plans work on branches of their own; main changes only with your approval."
          value={path}
          error={of('path')}
          onChange={(event) => setPath(event.target.value)}
          required
        />
        <Button type="submit" pending={add.pending} disabled={!name.trim() || !path.trim()}>
          Register
        </Button>
      </form>
      <RefusalNote refusal={add.refusal && !['name', 'path'].includes(add.refusal.field ?? '') ? add.refusal : undefined} />
    </Card>
  )
}

const columns: readonly Column<ProjectView>[] = [
  { id: 'name', head: 'project', width: 'minmax(100px, 1fr)', cell: (project) => project.name },
  { id: 'path', head: 'folder', width: 'minmax(160px, 3fr)', cell: (project) => <code title={project.path}>{project.path}</code> },
  { id: 'branch', head: 'branch', width: '90px', cell: (project) => project.mainBranch },
  { id: 'origin', head: 'made by', width: '90px', cell: (project) => (project.registered ? 'you' : 'REEF') },
  { id: 'at', head: 'since', width: '130px', cell: (project) => <At at={project.createdAt} /> },
]
