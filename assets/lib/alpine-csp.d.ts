/** Alpine's CSP build has Alpine's own types. */
declare module "@alpinejs/csp" {
  import Alpine from "alpinejs";
  export default Alpine;
}
