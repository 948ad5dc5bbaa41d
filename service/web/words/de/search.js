/** Search. */
export const words = {
};
