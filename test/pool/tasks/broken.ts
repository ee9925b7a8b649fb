/** A task module that cannot be loaded. */

throw new Error('broken module')
