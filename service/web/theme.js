/**
 * The colours that somebody chose, before anything is painted: whoever chose the dark is not to be dazzled by each
 * page that loads. It is the one script that the page waits for, and so holds nothing else; `elements/appearance.js`
 * goes on from there.
 */

try {
  const theme = localStorage.getItem('folkmoot theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system's colours it is.
}
