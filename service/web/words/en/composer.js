/** Where one writes. */
export const words = {
  'composer.placeholder': 'Message {room}',
  'composer.send': 'Send',
};
