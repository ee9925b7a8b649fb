/** The app of hostile handlers without its view. */

export { withoutViews as default } from './hostile-app.js'
