interface Props {
  /** 0–100 */
  percent: number
  /** What goes on, for screen readers. */
  label: string
}

/** How far something has come. */
export function ProgressBar({ percent, label }: Props) {
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      <span style={{ inlineSize: `${percent}%` }} />
    </div>
  )
}
