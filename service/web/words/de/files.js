/** Files in messages. */
export const words = {
};
