/** Files in messages. */
export const words = {
  'files.list': 'Dateien',
  'files.view': '{name} ansehen',
  'files.download': '{name} herunterladen',
  'files.viewer': 'Bild',
  'files.previous': 'Vorheriges Bild',
  'files.next': 'Nächstes Bild',
  'files.save': 'Herunterladen',
  'files.place': '{at} von {count}',
};
