/**
 * How much of a room was said while nobody looked at it, and where that begins.
 */

export class Unread {
  count = 0;
  /** @type {number | null} the seq above which the line between read and new stands */
  first = null;
  /** Whether somebody looks at the room right now. */
  watched = false;

  /** Somebody else said something. @param {number} seq */
  said(seq) {
    if (this.watched) return;
    if (this.count === 0) this.first = seq;
    this.count += 1;
  }

  /**
   * Answers whether that changed what is unread.
   * @param {boolean} watched
   */
  watch(watched) {
    this.watched = watched;
    if (!watched || this.count === 0) return false;
    this.count = 0;
    return true;
  }

  /** The line above what was new has been seen: it goes when the room is left. */
  forgetLine() {
    if (this.count === 0) this.first = null;
  }
}
