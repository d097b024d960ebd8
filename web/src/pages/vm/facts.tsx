import type { VmRequest } from '@berth/contract/vm-request.ts'
import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core'
import { CopyField } from '../../parts/copy-field.tsx'
import { keyLabel } from '../../words/key-label.ts'
import { sizeWords } from '../../words/size-words.ts'

export function Facts({ request }: { request: VmRequest }) {
  const { placement, address, workflowUrl } = request
  const facts: [string, string | undefined][] = [
    ['Purpose', request.purpose],
    ['Owner', request.ownerName],
    ['Team', request.teamName],
    ['Catalog item', `${request.catalogItemName}, version ${request.catalogItemVersion}`],
    ['Size', `${request.sizeId}: ${sizeWords(request)}`],
    ['Site', request.siteId],
    ['Template', request.templatePath],
    ['Datastore', placement?.datastore],
    ['Network', placement?.network],
    ['SSH keys', request.sshPublicKeys.map(keyLabel).join(', ')],
  ]
  return (
    <DescriptionList isCompact>
      {address !== undefined && (
        <DescriptionListGroup>
          <DescriptionListTerm>Address</DescriptionListTerm>
          <DescriptionListDescription>
            <CopyField text={address} what="address" />
          </DescriptionListDescription>
        </DescriptionListGroup>
      )}
      {facts.map(([term, words]) =>
        words === undefined ? null : (
          <DescriptionListGroup key={term}>
            <DescriptionListTerm>{term}</DescriptionListTerm>
            <DescriptionListDescription className="wrap">{words}</DescriptionListDescription>
          </DescriptionListGroup>
        ),
      )}
      {workflowUrl !== undefined && (
        <DescriptionListGroup>
          <DescriptionListTerm>Workflow</DescriptionListTerm>
          <DescriptionListDescription>
            <a href={workflowUrl} target="_blank" rel="noreferrer">
              Open in the Temporal UI
            </a>
          </DescriptionListDescription>
        </DescriptionListGroup>
      )}
    </DescriptionList>
  )
}
