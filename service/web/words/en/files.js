/** Files in messages. */
export const words = {
  'files.list': 'Files',
  'files.view': 'View {name}',
  'files.download': 'Download {name}',
  'files.viewer': 'Picture',
  'files.previous': 'Previous picture',
  'files.next': 'Next picture',
  'files.save': 'Download',
  'files.place': '{at} of {count}',
};
