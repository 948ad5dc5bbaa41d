/** Moderation: loaded for who does it. */
export const words = {
};
