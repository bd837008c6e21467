/** In which orders products can be had, as the API names them, and in words. */
export const productSorts = [
  ["", "Oldest first"],
  ["-id", "Newest first"],
  ["name", "Name, A to Z"],
  ["-name", "Name, Z to A"],
  ["price", "Price, lowest first"],
  ["-price", "Price, highest first"],
] as const;

export const isProductSort = (text: string | undefined): boolean => productSorts.some(([sort]) => sort === text);
