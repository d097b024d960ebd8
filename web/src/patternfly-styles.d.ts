/** PatternFly declares the types of its class names beside the CommonJS files only; the browser gets the ES modules. */
declare module '@patternfly/react-styles/css/components/Alert/alert.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Alert/alert'
}
declare module '@patternfly/react-styles/css/components/Button/button.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Button/button'
}
declare module '@patternfly/react-styles/css/components/EmptyState/empty-state.mjs' {
  export { default } from '@patternfly/react-styles/css/components/EmptyState/empty-state'
}
declare module '@patternfly/react-styles/css/components/Label/label.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Label/label'
}
declare module '@patternfly/react-styles/css/components/Nav/nav.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Nav/nav'
}
declare module '@patternfly/react-styles/css/components/Table/table.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Table/table'
}
declare module '@patternfly/react-styles/css/components/Table/table-grid.mjs' {
  export { default } from '@patternfly/react-styles/css/components/Table/table-grid'
}
