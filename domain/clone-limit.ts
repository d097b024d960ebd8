/** How long one attempt at a clone may take, its wait for the datastore included: then it is given up and tried again. */
export const cloneLimitSeconds = 2 * 60 * 60
