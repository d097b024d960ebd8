import type { Rule } from 'eslint'

export declare const berthRules: { rules: Record<string, Rule.RuleModule> }
