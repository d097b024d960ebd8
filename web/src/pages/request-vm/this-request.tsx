import type { Preview } from '@berth/contract/preview.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import { fits } from '@berth/domain/quota.ts'
import { Button, Skeleton } from '@patternfly/react-core'
import { Message } from '../../parts/message.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Section } from '../../parts/section.tsx'
import { useNow } from '../../time/use-now.ts'
import { absoluteWords, lengthWords } from '../../time/words.ts'
import { QuotaBars } from '../../vm-request/quota-bars.tsx'

interface Props {
  preview: Preview | undefined
  previewError: unknown
  isPending: boolean
  error: unknown
}

/** What would come of it, before it is asked for. */
export function ThisRequest({ preview, previewError, isPending, error }: Props) {
  const isTooMuch = preview?.quota.some((line) => !fits(line)) ?? false
  return (
    <div className="this-request">
      <Section title="This request">
        {preview === undefined ? previewError === null && <Waiting /> : <Outlook preview={preview} />}
        <Refusal error={previewError} />
        {isTooMuch && (
          <Message kind="warning" title="More than the team’s quota allows">
            Choose a smaller size, or give a VM back.
          </Message>
        )}
        <Refusal error={error} />
        <Button
          type="submit"
          size="lg"
          isBlock
          isAriaDisabled={isPending}
          isLoading={isPending}
          spinnerAriaLabel="Requesting"
        >
          Request VM
        </Button>
      </Section>
    </div>
  )
}

function Outlook({ preview }: { preview: Preview }) {
  const { vmName, quota, approval, warnings, waitsFor } = preview
  return (
    <>
      <p className="strong wrap">{vmName}</p>
      {waitsFor !== undefined && (
        <Message kind="warning" title="It will have to wait">
          {waitsFor.sentence}. {waitsFor.until}.
        </Message>
      )}
      <QuotaBars lines={quota} />
      <p className="wrap">
        {approval.needed
          ? `Needs approval by ${approval.approverNames.join(' or ')}: ${approval.reason}.`
          : `No approval needed: ${approval.reason}.`}
      </p>
      <div>
        <LeaseOutlook seconds={preview.leaseEndsAfterSeconds} />
        {warnings.length > 0 && (
          <p className="subtle small">
            Warnings {warnings.map(({ beforeEndSeconds }) => lengthWords(beforeEndSeconds)).join(', ')} before the end.
          </p>
        )}
      </div>
    </>
  )
}

function LeaseOutlook({ seconds }: { seconds: number }) {
  const end = absoluteWords(addSeconds(useNow(), seconds))
  return (
    <p>
      Lease: {lengthWords(seconds)}, until about {end}
    </p>
  )
}

const Waiting = () => (
  <div className="stack stack-close" aria-hidden="true">
    <Skeleton width="70%" />
    <Skeleton height="5rem" />
    <Skeleton height="3rem" />
  </div>
)
