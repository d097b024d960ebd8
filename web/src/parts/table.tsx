import { css } from '@patternfly/react-styles'
import styles from '@patternfly/react-styles/css/components/Table/table.mjs'
import gridStyles from '@patternfly/react-styles/css/components/Table/table-grid.mjs'
import type { ReactNode } from 'react'

/**
 * A plain table in PatternFly's look; below the small breakpoint each row becomes a card with the column's name beside each cell.
 * react-table's cells bring menus, tooltips and a positioning engine, a sixth of the first view's budget.
 */
export function Table({ caption, columns, children }: { caption: string; columns: string[]; children: ReactNode }) {
  return (
    <table className={css(styles.table, gridStyles.modifiers.gridMd)}>
      <caption className="pf-v6-screen-reader">{caption}</caption>
      <thead className={styles.tableThead}>
        <tr className={styles.tableTr}>
          {columns.map((column) => (
            <th key={column} scope="col" className={styles.tableTh}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className={styles.tableTbody}>{children}</tbody>
    </table>
  )
}

export const Row = ({ children }: { children: ReactNode }) => <tr className={styles.tableTr}>{children}</tr>

interface CellProps {
  column: string
  children: ReactNode
  /** The cell that names the row. */
  isHeader?: boolean
}

export function Cell({ column, children, isHeader = false }: CellProps) {
  const Element = isHeader ? 'th' : 'td'
  return (
    <Element data-label={column} className={styles.tableTd} {...(isHeader ? { scope: 'row' } : {})}>
      <div>{children}</div>
    </Element>
  )
}
