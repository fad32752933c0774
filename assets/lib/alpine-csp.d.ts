/** Alpine's CSP build has Alpine's own types. */
declare module "@alpinejs/csp" {
  import Alpine from "alpinejs";
  export default Alpine;
}

/** The build copies the file behind `url:` and yields its hashed address. */
declare module "url:*" {
  const address: string;
  export default address;
}
