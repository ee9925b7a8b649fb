/** The app of hostile handlers without the one beside them. */

export { withoutBystander as default } from './hostile-app.js'
