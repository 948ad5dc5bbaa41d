/** Where one writes. */
export const words = {
  'composer.placeholder': 'Nachricht an {room}',
  'composer.send': 'Senden',
};
