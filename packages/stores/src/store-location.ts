/** Where a store lies, as plain data that a thread can be sent: who opens it there, and what that one has to know. */
export interface StoreLocation {
  readonly opener: string;
}
