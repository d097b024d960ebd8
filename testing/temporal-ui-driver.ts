import type { Browser, Locator, Page } from 'playwright-core'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'

export interface WorkflowInUi {
  temporalUiUrl?: string
  temporalNamespace: string
}

/** The page of a request's workflow in the Temporal UI, driven by what an operator sees. */
export class WorkflowPage {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(30_000)
  }

  static async open(
    browser: Browser,
    { temporalUiUrl, temporalNamespace }: WorkflowInUi,
    siteId: string,
    requestId: string,
  ): Promise<WorkflowPage> {
    if (temporalUiUrl === undefined) throw new Error('nobody said where the Temporal UI is')
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    const workflow = new WorkflowPage(await context.newPage())
    const id = encodeURIComponent(vmRequestWorkflowId(siteId, requestId))
    await workflow.page.goto(`${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${id}`)
    return workflow
  }

  /** The update that the current details propose, as it can be pasted. */
  async proposedUpdate(): Promise<string> {
    await this.page.getByRole('tab', { name: 'User Metadata' }).click()
    // The UI renders Markdown in a frame, and tells it by the frame's address.
    const details = this.page.locator('iframe[src*="operatorDecision"]').contentFrame()
    return (await details.getByRole('code').first().innerText()).trim()
  }

  async openActions(): Promise<void> {
    await this.page.getByRole('button', { name: 'More Actions' }).click()
    await this.page.getByRole('menuitem', { name: 'Send an Update' }).waitFor()
  }

  /** Opens the dialog and fills it in; it is not sent yet. */
  async fillInUpdate(name: string, json: string): Promise<Locator> {
    await this.openActions()
    await this.page.getByRole('menuitem', { name: 'Send an Update' }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Send an Update' })
    await dialog.getByTestId('update-select-button').click()
    await dialog.getByRole('option', { name }).click()
    const editor = dialog.locator('[contenteditable="true"]')
    await editor.click()
    await this.page.keyboard.insertText(json)
    return dialog
  }

  /** By the keyboard: when the editor is left it sets the text out anew, and the button moves away from the mouse. */
  async submit(dialog: Locator): Promise<void> {
    await dialog.getByRole('button', { name: 'Submit' }).press('Enter')
    await dialog.waitFor({ state: 'hidden' })
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }
}
